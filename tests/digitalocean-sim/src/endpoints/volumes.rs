//! Volumes of block storage (OpenAPI `schemas/volume_full`).

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::catalog;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

pub(crate) static KIND: Kind = Kind {
    collection: "volumes",
    single: "volume",
    id: "id",
    urn: Some("volume"),
    read_scope: "block_storage:read",
    // Source of the scope: OpenAPI `schemas/tags_array_read`.
    scoped_fields: &[ScopedField { name: "tags", scope: "tag:read", blank: Blank::List }],
    build,
    set,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/volumes",
            access: Access::List,
            // The OpenAPI document also requires two old scopes that no token can be given any
            // more.
            scopes: &[&["block_storage:read"], &["api:read", "api:write", "block_storage:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/volumes/{volume_id}",
            access: Access::Object,
            scopes: &[&["block_storage:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "ten")]
    size_gigabytes: u64,
    #[serde(default)]
    description: String,
    #[serde(default)]
    filesystem_type: String,
    #[serde(default)]
    filesystem_label: String,
    /// Droplet that the volume is attached to.
    #[serde(default)]
    droplet_id: Option<u64>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn ten() -> u64 {
    10
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let volume: Spec = spec(value)?;
    Ok(json!({
        "id": volume.id,
        "region": catalog::region(&volume.region)?,
        // A volume is attached to at most one droplet (OpenAPI `schemas/volume_base_read`).
        "droplet_ids": volume.droplet_id.as_slice(),
        "name": volume.name,
        "description": volume.description,
        "size_gigabytes": volume.size_gigabytes,
        "created_at": rfc3339(volume.created_at.unwrap_or(context.now)),
        "filesystem_type": volume.filesystem_type,
        "filesystem_label": volume.filesystem_label,
        "tags": volume.tags,
    })
    .into())
}

/// Sets a field. The slug of a region stands for the whole object, as in a seed.
fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match (field, value.as_str()) {
        ("region", Some(slug)) => set_known(object, field, catalog::region(slug)?),
        _ => set_known(object, field, value),
    }
}

/// The id of the droplet that a volume is attached to.
pub(crate) fn droplet_of(volume: &Value) -> Option<String> {
    Some(volume["droplet_ids"].get(0)?.to_string())
}

/// Lists the volumes, filtered by name, by region, or by both (OpenAPI `GET /v2/volumes`,
/// "Filtering Results").
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = &call.request.query;
    let (name, region) = (query.get("name").cloned(), query.get("region").cloned());
    Ok(call.list(&KIND, LinkStyle::Usual, |volume| {
        name.as_ref().is_none_or(|name| volume["name"] == **name)
            && region.as_ref().is_none_or(|slug| volume["region"]["slug"] == **slug)
    }))
}
