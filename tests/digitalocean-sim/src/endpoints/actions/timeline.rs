//! Start, progress and end of actions on droplets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::shape::{ENDS_AS, ENDS_AT, KIND, SNAPSHOT, Status, is_running, shown};
use crate::call::{Call, Reply, envelope};
use crate::clock::rfc3339;
use crate::endpoints::droplets;
use crate::endpoints::objects::snapshot;
use crate::error::ApiError;
use crate::model::account::Account;

/// The supported actions, and the status in which each leaves the droplet (OpenAPI `POST
/// /v2/droplets/{droplet_id}/actions`).
const SUPPORTED: &[(&str, Option<&str>)] = &[
    (SNAPSHOT, None),
    ("power_on", Some("active")),
    ("power_off", Some("off")),
    // "this action guarantees that the command is issued, not that it succeeds": in the simulator
    // it succeeds.
    ("shutdown", Some("off")),
    ("power_cycle", Some("active")),
    ("reboot", Some("active")),
];

/// Size of a snapshot as a fraction of the disk, since a snapshot contains only the used part.
const USED_PART_OF_DISK: f64 = 0.11;

pub(super) fn begin(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = Arc::clone(call.account.get(&droplets::KIND, call.param(0)).ok_or_else(ApiError::not_found)?);
    let body = call.body()?;
    let action_type = body.get("type").and_then(Value::as_str).unwrap_or_default();
    // DO's answer to an unknown action type is not recorded.
    if !SUPPORTED.iter().any(|(supported, _)| *supported == action_type) {
        return Err(ApiError::unprocessable(format!("the action `{action_type}` is not available")));
    }
    // OpenAPI `POST /v2/droplets/{droplet_id}/actions`, "Required Permissions": a snapshot needs
    // this scope too.
    if action_type == SNAPSHOT && !call.token.may("image:create") {
        return Err(ApiError::forbidden());
    }
    if running(call.account).any(|action| action["resource_id"] == droplet["id"]) {
        // Sources of the message: hashicorp/packer#1814, hashicorp/packer#1859,
        // digitalocean/api-v2#129.
        return Err(ApiError::unprocessable("Droplet already has a pending event."));
    }
    // The droplet does not become `locked`: that field shows a lock by an administrator
    // (digitalocean/droplet_kit#218).
    let action = json!({
        "type": action_type,
        "droplet_id": droplet["id"],
        "region": droplet["region"]["slug"],
        "status": Status::InProgress,
        "started_at": call.now,
        ENDS_AT: call.now + call.account.consistency.action(),
        ENDS_AS: if call.action_fails { Status::Errored } else { Status::Completed },
        SNAPSHOT: (action_type == SNAPSHOT).then(|| snapshot_of(&droplet, &body, call.now)),
    });
    let id = call.account.add(&KIND, action, call.now).map_err(ApiError::unprocessable)?;
    let action = call.account.get(&KIND, &id).ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::CREATED, envelope(&KIND, shown(action))))
}

/// The snapshot that an action creates, with the droplet's properties at the start of the action.
/// Its `created_at` is the action's `started_at`, by which Terraform's provider finds it
/// (`digitalocean/snapshot/resource_droplet_snapshot.go`). Without a name it gets one in the form
/// of the example in OpenAPI `schemas/snapshots_base`. Names need not be unique.
fn snapshot_of(droplet: &Value, body: &Map<String, Value>, now: DateTime<Utc>) -> Value {
    let named = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    let default_name = || format!("{}-{}", droplet["name"].as_str().unwrap_or_default(), now.timestamp_millis());
    let hundredths = droplet["disk"].as_f64().unwrap_or_default() * USED_PART_OF_DISK * 100.0;
    json!({
        "name": named.map_or_else(default_name, ToOwned::to_owned),
        "resource_type": "droplet",
        "resource_id": droplet["id"].to_string(),
        "regions": [droplet["region"]["slug"]],
        "min_disk_size": droplet["disk"],
        "size_gigabytes": hundredths.round() / 100.0,
        "created_at": now,
    })
}

/// The actions that are in progress.
fn running(account: &Account) -> impl Iterator<Item = &Arc<Value>> {
    account.objects(&KIND).filter(|action| is_running(action))
}

/// Ends the actions that are due, in the order of their ends.
pub(crate) fn end_due(account: &mut Account, now: DateTime<Utc>) {
    let due = |action: &Arc<Value>| {
        let at: DateTime<Utc> = serde_json::from_value(action[ENDS_AT].clone()).ok()?;
        (at <= now).then(|| (at, KIND.id_of(action)))
    };
    let mut due: Vec<_> = running(account).filter_map(due).collect();
    due.sort();
    for (at, id) in due {
        end(account, &id, at);
    }
}

/// Ends one action. Its snapshot is created when the action completes, and lists may show it even
/// later (Gamocosm/Gamocosm#138, digitalocean/marketplace-partners#130). The snapshot is created
/// even if the droplet was deleted in the meantime.
fn end(account: &mut Account, id: &str, at: DateTime<Utc>) {
    let Some(action) = account.get(&KIND, id).map(|action| Value::clone(action)) else { return };
    let changes = json!({ "status": action[ENDS_AS], "completed_at": rfc3339(at) });
    if account.patch(&KIND, id, changes).is_err() || action[ENDS_AS] != json!(Status::Completed) {
        return;
    }
    if action[SNAPSHOT].is_object()
        && let Ok(id) = account.add(&snapshot::KIND, action[SNAPSHOT].clone(), at)
    {
        account.delay_listing(&snapshot::KIND, &id, at);
    }
    let final_status =
        SUPPORTED.iter().find(|(supported, _)| action["type"] == **supported).and_then(|(_, status)| *status);
    if let Some(status) = final_status {
        // A droplet that was deleted has no status to change.
        let _ = account.patch(&droplets::KIND, &action["resource_id"].to_string(), json!({ "status": status }));
    }
}
