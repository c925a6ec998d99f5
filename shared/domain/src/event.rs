//! The events of a resource: an append-only audit trail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ResourceKey;

/// The type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// The resource was seen for the first time.
    Discovered,
    /// A fact that matters changed.
    Updated,
    /// The resource was missing from three complete sweeps in a row and DigitalOcean answers that
    /// it is gone, or another resource now has its id.
    Deleted,
    /// A change that was not announced, of a fact that does not change by itself.
    DriftDetected,
    /// The tags changed, and nothing else.
    Tagged,
    /// The resource was seen again after it had been recorded as deleted.
    Restored,
}

/// One fact that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The name of the fact: a field of the resource, or `attrs.<name>`.
    pub field: String,
    /// The earlier value; null if there was none.
    pub before: Value,
    /// The new value; null if there is none.
    pub after: Value,
}

/// The origin of a change, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseType {
    /// A sweep observed the change; who made it is unknown.
    Sync,
    /// A saga of this system made the change.
    Saga,
    /// An action of DigitalOcean made the change.
    DigitaloceanAction,
    /// Another client, outside this system, made the change.
    Outside,
}

/// The origin of a change, with the id of the sweep run, saga or action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The type of the origin.
    #[serde(rename = "type")]
    pub kind: CauseType,
    /// The id of the sweep run, the saga or the action; none if the origin has no id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// One event of a resource. The event's id is the resource's key and version, so the same event
/// cannot be written twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEvent {
    /// The resource that the event belongs to.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// The version that the resource's record has since this event.
    pub version: u64,
    /// The incarnation of the resource: which of the resources that had this id, from 1.
    pub incarnation: u32,
    /// The time at which the change was observed.
    pub at: DateTime<Utc>,
    /// The type of the event.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The resource's name at the time of the event.
    pub name: String,
    /// The facts that changed, sorted by field; empty for events that are not about facts.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The origin of the change.
    pub cause: Cause,
}

impl ResourceEvent {
    /// Returns the event's id, `<account>/<kind>/<provider_id>@<version>`.
    #[must_use]
    pub fn id(&self) -> String {
        let ResourceKey { account, kind, provider_id } = &self.key;
        format!("{account}/{kind}/{provider_id}@{}", self.version)
    }
}
