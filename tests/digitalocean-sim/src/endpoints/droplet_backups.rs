//! The automated backups of droplets (OpenAPI `schemas/droplet_snapshot`).

use std::sync::Arc;

use http::Method;

use super::droplets;
use super::objects::backup::{KIND, shown};
use crate::call::{Call, LinkStyle, Listing, Reply};
use crate::error::ApiError;
use crate::route::{Access, Family, Route};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[Route {
        method: Method::GET,
        path: "/v2/droplets/{droplet_id}/backups",
        access: Access::Object,
        scopes: &[&["droplet:read"]],
        handler: list,
    }],
};

/// Lists the backups of a droplet. They are read by the ids in the droplet, because an account may
/// have many backups.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = call.account.get(&droplets::KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    let ids = droplet["backup_ids"].as_array().into_iter().flatten();
    let backups = ids.filter_map(|id| call.account.get(&KIND, &id.to_string()));
    let items = backups.map(|backup| Arc::new(shown(backup))).collect();
    Ok(Reply::List(Listing { key: "backups", items, kind: None, links: LinkStyle::Usual }))
}
