//! An automated backup of a droplet, as a seed describes it and as DO shows it (OpenAPI
//! `schemas/droplet_snapshot`).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};

/// Stored field of a backup that is not shown: the droplet of the backup.
const DROPLET: &str = "droplet_id";

/// Distribution of every backup and snapshot.
pub(crate) const DISTRIBUTION: &str = "Ubuntu";

pub(crate) static KIND: Kind = Kind {
    collection: "droplet_backups",
    single: "backup",
    id: "id",
    urn: None,
    read_scope: "droplet:read",
    scoped_fields: &[],
    build,
    set,
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    droplet_id: u64,
    #[serde(default)]
    id: Option<u64>,
    name: String,
    #[serde(default = "amsterdam")]
    regions: Vec<String>,
    #[serde(default = "small_disk")]
    min_disk_size: u64,
    #[serde(default = "some_gigabytes")]
    size_gigabytes: f64,
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

/// Builds a backup with the fields of the example in OpenAPI `responses/all_droplet_backups`, which
/// are more than the schema has.
fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let backup: Spec = spec(value)?;
    Ok(json!({
        DROPLET: backup.droplet_id,
        "id": context.numeric_id(backup.id),
        "name": backup.name,
        "distribution": DISTRIBUTION,
        "slug": null,
        "public": false,
        "regions": backup.regions,
        "created_at": rfc3339(backup.created_at.unwrap_or(context.now)),
        "min_disk_size": backup.min_disk_size,
        "size_gigabytes": backup.size_gigabytes,
        "type": "backup",
    })
    .into())
}

fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    if field == DROPLET {
        return Err("a backup cannot move to another droplet".to_owned());
    }
    set_known(object, field, value)
}

/// The existing backups of a new droplet, one a week. The newest is a day old; the names have the
/// form of the example.
pub(crate) fn of_new_droplet(
    droplet: &Value,
    count: usize,
    context: &mut BuildContext<'_>,
) -> Result<Vec<Value>, String> {
    let week = |weeks: usize| TimeDelta::days(1) + TimeDelta::weeks(i64::try_from(weeks).unwrap_or(0));
    let build = |weeks: usize| {
        let at = context.now - week(weeks);
        let backup = json!({
            DROPLET: droplet["id"],
            "name": format!("{}- {}", droplet["name"].as_str().unwrap_or_default(), at.date_naive()),
            "regions": [droplet["region"]["slug"]],
            "min_disk_size": droplet["disk"],
            "created_at": at,
        });
        Ok(build(backup, context)?.object)
    };
    (0..count).rev().map(build).collect()
}

/// The id of the droplet of a backup.
pub(crate) fn droplet_of(backup: &Value) -> Option<String> {
    backup.get(DROPLET).map(ToString::to_string)
}

/// The backup as the API shows it.
pub(crate) fn shown(backup: &Value) -> Value {
    let mut shown = backup.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(DROPLET);
    }
    shown
}
