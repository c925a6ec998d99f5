//! An action as a seed describes it and as DO shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};

pub(crate) static KIND: Kind = Kind {
    collection: "actions",
    single: "action",
    id: "id",
    urn: None,
    read_scope: "actions:read",
    scoped_fields: &[],
    build,
    set,
};

/// Stored fields of an action that DO does not show: its end, the status at the end, and the seed
/// form of the snapshot that it creates.
pub(super) const ENDS_AT: &str = "ends_at";
pub(super) const ENDS_AS: &str = "ends_as";
pub(super) const SNAPSHOT: &str = "snapshot";

/// The status of an action (OpenAPI `schemas/action`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    InProgress,
    Completed,
    Errored,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    id: Option<u64>,
    #[serde(rename = "type")]
    action_type: String,
    droplet_id: u64,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "completed")]
    status: Status,
    #[serde(default)]
    started_at: Option<DateTime<Utc>>,
    /// Time of the end, equal to the start if absent.
    #[serde(default)]
    ends_at: Option<DateTime<Utc>>,
    /// Final status of an action that is in progress.
    #[serde(default = "completed")]
    ends_as: Status,
    /// The snapshot that the action creates, in its seed form; none for other actions.
    #[serde(default)]
    snapshot: Option<Value>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn completed() -> Status {
    Status::Completed
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let action: Spec = spec(value)?;
    let started_at = action.started_at.unwrap_or(context.now);
    let ends_at = action.ends_at.unwrap_or(started_at);
    Ok(json!({
        "id": context.numeric_id(action.id),
        "status": action.status,
        "type": action.action_type,
        "started_at": rfc3339(started_at),
        "completed_at": (action.status != Status::InProgress).then(|| rfc3339(ends_at)),
        "resource_id": action.droplet_id,
        "resource_type": "droplet",
        "region": catalog::region(&action.region)?,
        "region_slug": action.region,
        ENDS_AT: ends_at,
        ENDS_AS: action.ends_as,
        SNAPSHOT: action.snapshot,
    })
    .into())
}

pub(super) fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    if field == "status" || field == ENDS_AS {
        spec::<Status>(value.clone()).map_err(|error| format!("{field}: {error}"))?;
    }
    set_known(object, field, value)
}

/// Returns whether an action is in progress.
pub(crate) fn is_running(action: &Value) -> bool {
    action["status"] == json!(Status::InProgress)
}

/// The action as the API shows it. It does not name the snapshot that it creates, neither by name
/// nor by id.
pub(super) fn shown(action: &Value) -> Value {
    let mut shown = action.clone();
    if let Some(fields) = shown.as_object_mut() {
        for kept in [ENDS_AT, ENDS_AS, SNAPSHOT] {
            fields.remove(kept);
        }
    }
    shown
}
