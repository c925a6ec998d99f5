//! Snapshots of droplets and of volumes (OpenAPI `schemas/snapshots`).

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::objects::snapshot::{KIND, droplet_of};
use super::{droplets, images};
use crate::call::{Call, LinkStyle, Listing, Reply};
use crate::error::ApiError;
use crate::model::kind::numeric;
use crate::route::{Access, Family, Route};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/snapshots",
            access: Access::List,
            scopes: &[&["snapshot:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/snapshots/{snapshot_id}",
            access: Access::Object,
            scopes: &[&["snapshot:read", "block_storage_snapshot:read"]],
            handler: show,
        },
        Route {
            method: Method::DELETE,
            path: "/v2/snapshots/{snapshot_id}",
            access: Access::Other,
            scopes: &[&["image:delete", "snapshot:delete"]],
            handler: delete,
        },
        Route {
            method: Method::GET,
            path: "/v2/droplets/{droplet_id}/snapshots",
            access: Access::Object,
            scopes: &[&["droplet:read"]],
            handler: list_of_droplet,
        },
    ],
};

/// Lists the snapshots, with the filter of OpenAPI `parameters/snapshot_resource_type`. The list
/// has no automated backups: it contains those saved instances that are "snapshots".
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let wanted = call.request.query.get("resource_type").cloned();
    if wanted.as_deref().is_some_and(|wanted| !["droplet", "volume"].contains(&wanted)) {
        return Err(ApiError::unprocessable("resource_type must be one of droplet, volume"));
    }
    Ok(call.list(&KIND, LinkStyle::Usual, |snapshot| {
        wanted.as_ref().is_none_or(|wanted| snapshot["resource_type"] == **wanted)
    }))
}

/// Lists the snapshots of one droplet. Their ids are numbers here (OpenAPI
/// `schemas/droplet_snapshot`).
fn list_of_droplet(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = call.param(0);
    if !call.account.has(&droplets::KIND, droplet) {
        return Err(ApiError::not_found());
    }
    let own = call.account.listed(&KIND).filter(|snapshot| droplet_of(snapshot).as_deref() == Some(droplet));
    let shown = |snapshot: &Arc<Value>| {
        let mut shown = json!({ "id": numeric(&snapshot["id"]), "type": "snapshot" });
        for field in ["name", "created_at", "regions", "min_disk_size", "size_gigabytes"] {
            shown[field] = snapshot[field].clone();
        }
        Arc::new(shown)
    };
    let items = own.map(shown).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    refuse_other_images(call)?;
    call.show(&KIND, call.param(0), StatusCode::OK)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    refuse_other_images(call)?;
    call.delete(&KIND)
}

/// Refuses the id of an image that is not a snapshot (OpenAPI `responses/not_a_snapshot`).
fn refuse_other_images(call: &Call<'_>) -> Result<(), ApiError> {
    let id = call.param(0);
    if !call.account.has(&KIND, id) && images::find(call.account, id).is_some() {
        return Err(ApiError::bad_request("the resource is not a snapshot"));
    }
    Ok(())
}
