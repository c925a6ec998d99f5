//! Actions on droplets (OpenAPI `schemas/action`). An action takes some time, and a droplet runs
//! only one at a time.

mod shape;
mod timeline;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::Value;

use super::droplets;
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::route::{Access, Family, Route};

pub(crate) use shape::{KIND, is_running};
pub(crate) use timeline::end_due;

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/droplets/{droplet_id}/actions",
            access: Access::Object,
            scopes: &[&["droplet:read"]],
            handler: list_of_droplet,
        },
        Route {
            method: Method::POST,
            path: "/v2/droplets/{droplet_id}/actions",
            access: Access::Other,
            scopes: &[&["droplet:update"]],
            handler: timeline::begin,
        },
        Route {
            method: Method::GET,
            path: "/v2/droplets/{droplet_id}/actions/{action_id}",
            access: Access::Object,
            scopes: &[&["droplet:read"]],
            handler: show_of_droplet,
        },
        Route {
            method: Method::GET,
            path: "/v2/actions",
            access: Access::List,
            scopes: &[&["actions:read"]],
            handler: |call| Ok(list(call, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/actions/{action_id}",
            access: Access::Object,
            scopes: &[&["actions:read"]],
            handler: |call| show(call, 0, |_| true),
        },
    ],
};

/// Lists the latest action first. DO does not document the order.
fn list(call: &Call<'_>, keep: impl Fn(&Value) -> bool) -> Reply {
    let mut items: Vec<_> = call.account.listed(&KIND).filter(|action| keep(action)).collect();
    items.reverse();
    let items = items.into_iter().map(|action| Arc::new(shape::shown(action))).collect();
    Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual })
}

fn show(call: &Call<'_>, param: usize, keep: impl Fn(&Value) -> bool) -> Result<Reply, ApiError> {
    let action = call.account.get(&KIND, call.param(param)).filter(|action| keep(action));
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, shape::shown(action.ok_or_else(ApiError::not_found)?))))
}

fn list_of_droplet(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = droplet(call)?;
    Ok(list(call, |action| action["resource_id"] == droplet))
}

fn show_of_droplet(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = droplet(call)?;
    show(call, 1, |action| action["resource_id"] == droplet)
}

/// The id of the droplet that the path names. Once the droplet is deleted, its actions are found
/// only in the account's list.
fn droplet(call: &Call<'_>) -> Result<Value, ApiError> {
    let droplet = call.account.get(&droplets::KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    Ok(droplet["id"].clone())
}
