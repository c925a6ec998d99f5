//! Snapshots of droplets and of volumes (OpenAPI `schemas/snapshots`). Their droplet or volume may
//! have been deleted.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{droplets, images};
use crate::call::{Call, LinkStyle, Listing, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

pub(crate) static KIND: Kind = Kind {
    collection: "snapshots",
    single: "snapshot",
    id: "id",
    // The API was observed to have snapshots in projects, but not to put them there by itself: see
    // `URNS`.
    urn: None,
    read_scope: "snapshot:read",
    // OpenAPI `schemas/snapshots`: "Requires `tag:read` scope."
    scoped_fields: &[ScopedField { name: "tags", scope: "tag:read", blank: Blank::List }],
    build,
    set: set_known,
};

/// The kinds in the URNs of snapshots and images that a client put into a project. A snapshot of a
/// droplet is an image.
pub(crate) const URNS: &[&str] = &["volumesnapshot", "image"];

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResourceType {
    Droplet,
    Volume,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    id: Option<String>,
    name: String,
    resource_type: ResourceType,
    resource_id: String,
    #[serde(default = "amsterdam")]
    regions: Vec<String>,
    #[serde(default = "small_disk")]
    min_disk_size: u64,
    #[serde(default = "some_gigabytes")]
    size_gigabytes: f64,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn amsterdam() -> Vec<String> {
    vec!["ams3".to_owned()]
}

fn small_disk() -> u64 {
    25
}

fn some_gigabytes() -> f64 {
    2.36
}

/// Builds a snapshot. The id is always a text: a number for a droplet snapshot, a UUID for a volume
/// snapshot.
fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let snapshot: Spec = spec(value)?;
    let number = |id: String| {
        id.parse().map_err(|_| format!("id: `{id}` is not a number, which the id of a droplet snapshot must be"))
    };
    let id = match snapshot.resource_type {
        ResourceType::Droplet => context.numeric_id(snapshot.id.map(number).transpose()?).to_string(),
        ResourceType::Volume => snapshot.id.unwrap_or_else(|| Uuid::new_v4().to_string()),
    };
    Ok(json!({
        "id": id,
        "name": snapshot.name,
        "created_at": rfc3339(snapshot.created_at.unwrap_or(context.now)),
        "regions": snapshot.regions,
        "min_disk_size": snapshot.min_disk_size,
        "size_gigabytes": snapshot.size_gigabytes,
        "resource_id": snapshot.resource_id,
        "resource_type": snapshot.resource_type,
        "tags": snapshot.tags,
    })
    .into())
}

/// An id as a droplet and the list of images show it: as a number if the text is one.
pub(crate) fn numeric(id: &Value) -> Value {
    id.as_str().and_then(|text| text.parse::<u64>().ok()).map_or_else(|| id.clone(), |number| json!(number))
}

/// The id of a snapshot's droplet; none for a volume snapshot.
pub(crate) fn droplet_of(snapshot: &Value) -> Option<String> {
    let id = snapshot["resource_id"].as_str().filter(|_| snapshot["resource_type"] == "droplet");
    id.map(ToOwned::to_owned)
}

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
