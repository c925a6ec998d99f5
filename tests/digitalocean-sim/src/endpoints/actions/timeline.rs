//! How an action on a droplet begins, goes on and ends.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::KIND;
use super::shape::{ENDS_AS, ENDS_AT, SNAPSHOT, Status, shown};
use crate::call::{Call, Reply};
use crate::clock::rfc3339;
use crate::endpoints::{droplets, snapshots};
use crate::error::ApiError;
use crate::model::account::Account;
use crate::route::envelope;

/// The actions that are served, and the status in which each leaves the droplet (OpenAPI `POST /v2/droplets/{droplet_id}/actions`).
const SERVED: &[(&str, Option<&str>)] = &[
    (SNAPSHOT, None),
    ("power_on", Some("active")),
    ("power_off", Some("off")),
    // "this action guarantees that the command is issued, not that it succeeds": it does here.
    ("shutdown", Some("off")),
    ("power_cycle", Some("active")),
    ("reboot", Some("active")),
];

/// A snapshot takes what is on the disk, a part of it.
const USED_PART_OF_DISK: f64 = 0.11;

pub(super) fn begin(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let droplet = Arc::clone(call.account.get(&droplets::KIND, call.param(0)).ok_or_else(ApiError::not_found)?);
    let body = call.body()?;
    let action_type = body.get("type").and_then(Value::as_str).unwrap_or_default();
    // What DO answers to a type that it does not have is not recorded.
    if !SERVED.iter().any(|(served, _)| *served == action_type) {
        return Err(ApiError::unprocessable(format!("the action `{action_type}` is not available")));
    }
    // OpenAPI `POST /v2/droplets/{droplet_id}/actions`, "Required Permissions": a snapshot needs this scope too.
    if action_type == SNAPSHOT && !call.token.may("image:create") {
        return Err(ApiError::forbidden());
    }
    if call.account.running().any(|action| action["resource_id"] == droplet["id"]) {
        // hashicorp/packer#1814, hashicorp/packer#1859, digitalocean/api-v2#129.
        return Err(ApiError::unprocessable("Droplet already has a pending event."));
    }
    // The droplet is not `locked` meanwhile: that is for locks by an administrator (digitalocean/droplet_kit#218).
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

/// The snapshot that an action makes, as the droplet is when it begins: its `created_at` is the action's `started_at`, by which Terraform's
/// provider finds it (`digitalocean/snapshot/resource_droplet_snapshot.go`). Without a name it gets one as in the example of OpenAPI
/// `schemas/snapshots_base`. Names need not be unique.
fn snapshot_of(droplet: &Value, body: &Map<String, Value>, now: DateTime<Utc>) -> Value {
    let named = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    let own_name = || format!("{}-{}", droplet["name"].as_str().unwrap_or_default(), now.timestamp_millis());
    let hundredths = droplet["disk"].as_f64().unwrap_or_default() * USED_PART_OF_DISK * 100.0;
    json!({
        "name": named.map_or_else(own_name, ToOwned::to_owned),
        "resource_type": "droplet",
        "resource_id": droplet["id"].to_string(),
        "regions": [droplet["region"]["slug"]],
        "min_disk_size": droplet["disk"],
        "size_gigabytes": hundredths.round() / 100.0,
        "created_at": now,
    })
}

/// Ends the actions whose time has come, in the order in which they end.
pub(crate) fn end_due(account: &mut Account, now: DateTime<Utc>) {
    let due = |action: &Arc<Value>| {
        let at: DateTime<Utc> = serde_json::from_value(action[ENDS_AT].clone()).ok()?;
        (at <= now).then(|| (at, KIND.id_of(action)))
    };
    let mut due: Vec<_> = account.running().filter_map(due).collect();
    due.sort();
    for (at, id) in due {
        end(account, &id, at);
    }
}

/// The snapshot comes into being as the action completes, and lists may show it later still (Gamocosm/Gamocosm#138,
/// digitalocean/marketplace-partners#130). It does so even if its droplet has gone meanwhile.
fn end(account: &mut Account, id: &str, at: DateTime<Utc>) {
    let Some(action) = account.get(&KIND, id).map(|action| Value::clone(action)) else { return };
    let changes = json!({ "status": action[ENDS_AS], "completed_at": rfc3339(at) });
    if account.patch(&KIND, id, changes).is_err() || action[ENDS_AS] != json!(Status::Completed) {
        return;
    }
    if action[SNAPSHOT].is_object()
        && let Ok(snapshot) = account.add(&snapshots::KIND, action[SNAPSHOT].clone(), at)
    {
        account.delay_listing(&snapshots::KIND, &snapshot, at);
    }
    let left = SERVED.iter().find(|(served, _)| action["type"] == **served).and_then(|(_, status)| *status);
    if let Some(status) = left {
        // A droplet that has gone has no status to change.
        let _ = account.patch(&droplets::KIND, &action["resource_id"].to_string(), json!({ "status": status }));
    }
}
