//! Events of resources.

use chrono::{DateTime, Utc};
use domain::{CauseType, Change, EventType, ResourceEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Something that happened to a resource.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its id, the same for ever.
    #[schema(example = "main/droplet/3164444@2")]
    pub id: String,
    /// When we noticed.
    pub at: DateTime<Utc>,
    /// What happened: `discovered`, `updated`, `deleted`, `drift_detected`, `tagged` or `restored`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "updated")]
    pub event_type: EventType,
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The resource's kind.
    #[schema(example = "droplet")]
    pub kind: String,
    /// The resource's id within its kind.
    #[schema(example = "3164444")]
    pub provider_id: String,
    /// The resource's name then.
    #[schema(example = "web-1")]
    pub name: String,
    /// What changed.
    pub changes: Vec<ChangeView>,
    /// Who made it happen, as far as we know.
    pub cause: CauseView,
}

/// One fact that changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    /// Which: a field of the resource, or `attrs.<name>`.
    #[schema(example = "status")]
    pub field: String,
    /// What it was; null where there was nothing, or where it is not the caller's to see.
    #[schema(required, nullable)]
    pub before: Value,
    /// What it is now; null likewise.
    #[schema(required, nullable)]
    pub after: Value,
}

/// Who made it happen.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseView {
    /// `sync`, `saga`, `digitalocean_action` or `outside`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "sync")]
    pub kind: CauseType,
    /// The run, saga or action.
    #[schema(required)]
    pub id: Option<String>,
}

impl From<ResourceEvent> for EventView {
    fn from(event: ResourceEvent) -> Self {
        let change = |Change { field, before, after }| ChangeView { field, before, after };
        Self {
            id: event.id(),
            at: event.at,
            event_type: event.event_type,
            account: event.key.account.into(),
            kind: event.key.kind.into(),
            provider_id: event.key.provider_id.into(),
            name: event.name,
            changes: event.changes.into_iter().map(change).collect(),
            cause: CauseView { kind: event.cause.kind, id: event.cause.id },
        }
    }
}
