//! A snapshot of a droplet or of a volume, as a seed describes it and as DO shows it (OpenAPI
//! `schemas/snapshots`). Its droplet or volume may have been deleted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};

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

/// The id of a snapshot's droplet; none for a volume snapshot.
pub(crate) fn droplet_of(snapshot: &Value) -> Option<String> {
    let id = snapshot["resource_id"].as_str().filter(|_| snapshot["resource_type"] == "droplet");
    id.map(ToOwned::to_owned)
}
