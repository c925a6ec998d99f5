//! The representation of resource events.

use chrono::{DateTime, Utc};
use domain::{CauseType, Change, EventType, ResourceEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A change of a resource, as an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Id of the event, which never changes.
    #[schema(example = "main/droplet/3164444@2")]
    pub id: String,
    /// Time when the mirror noticed the change.
    pub at: DateTime<Utc>,
    /// Type of the event: `discovered`, `updated`, `deleted`, `drift_detected`, `tagged` or
    /// `restored`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "updated")]
    pub event_type: EventType,
    /// Account of the resource.
    #[schema(example = "main")]
    pub account: String,
    /// Kind of the resource.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's id of the resource, unique within its kind.
    #[schema(example = "3164444")]
    pub provider_id: String,
    /// Name of the resource at that time.
    #[schema(example = "web-1")]
    pub name: String,
    /// Fields that changed, with their values before and after.
    pub changes: Vec<ChangeView>,
    /// Cause of the event, as far as it is known.
    pub cause: CauseView,
}

/// A change of one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeView {
    /// Name of the field: a field of the resource, or `attrs.<name>`.
    #[schema(example = "status")]
    pub field: String,
    /// Value before the change; null if there was none or if the caller may not see it.
    #[schema(required, nullable)]
    pub before: Value,
    /// Value after the change; null if there is none or if the caller may not see it.
    #[schema(required, nullable)]
    pub after: Value,
}

/// The cause of an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseView {
    /// Type of the cause: `sync`, `saga`, `digitalocean_action` or `outside` (another client of
    /// DigitalOcean).
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "sync")]
    pub kind: CauseType,
    /// Id of the run, saga or DigitalOcean action; null if there is none.
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
