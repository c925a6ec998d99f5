//! What happened to a resource: append-only audit.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ResourceKey;

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// Seen for the first time.
    Discovered,
    /// A meaningful fact changed.
    Updated,
    /// Missing from three complete sweeps in a row, and DigitalOcean says it is gone; or another bears its id.
    Deleted,
    /// A change that was not expected.
    DriftDetected,
    /// Its tags changed.
    Tagged,
    /// Seen again after it was found gone.
    Restored,
}

/// One fact that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which fact: a field of the resource, or `attrs.<name>`.
    pub field: String,
    /// What it was; null where there was none.
    pub before: Value,
    /// What it is; null where there is none.
    pub after: Value,
}

/// Who made it happen, as far as we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseType {
    /// A sweep noticed it.
    Sync,
    /// One of our sagas did it.
    Saga,
    /// DigitalOcean did it.
    DigitaloceanAction,
    /// Somebody outside did it.
    Outside,
}

/// Who made it happen, and the id of that run, saga or action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What sort of cause.
    #[serde(rename = "type")]
    pub kind: CauseType,
    /// Its id: the run of a sweep, the saga, the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// One thing that happened to a resource. Its id is the resource's key and version, so the same event cannot be written twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEvent {
    /// The resource.
    #[serde(flatten)]
    pub key: ResourceKey,
    /// The version of the row that the event made.
    pub version: u64,
    /// Which bearer of the id it happened to.
    pub incarnation: u32,
    /// When we noticed.
    pub at: DateTime<Utc>,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The resource's name then.
    pub name: String,
    /// What changed.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Who made it happen.
    pub cause: Cause,
}

impl ResourceEvent {
    /// `<account>/<kind>/<provider_id>@<version>`.
    #[must_use]
    pub fn id(&self) -> String {
        let ResourceKey { account, kind, provider_id } = &self.key;
        format!("{account}/{kind}/{provider_id}@{}", self.version)
    }
}
