//! The replay of a resource's events.

use domain::{EventType, ResourceEvent};
use serde_json::{Value, json};

/// The state of a resource after the replay of its events.
pub(crate) struct ReplayedResource {
    /// The facts of the resource, as JSON.
    pub(crate) facts: Value,
    pub(crate) live: bool,
    pub(crate) incarnation: u32,
}

/// Replays a resource's events, oldest first.
pub(crate) fn replay(events: impl Iterator<Item = ResourceEvent>) -> ReplayedResource {
    let no_facts = json!({ "name": "", "tags": [], "attrs": {} });
    let mut replayed = ReplayedResource { facts: no_facts.clone(), live: false, incarnation: 0 };
    for event in events {
        match event.event_type {
            EventType::Discovered => {
                replayed.facts.clone_from(&no_facts);
                replayed.live = true;
                replayed.incarnation += 1;
            }
            EventType::Restored => replayed.live = true,
            EventType::Deleted => replayed.live = false,
            EventType::Updated | EventType::Tagged | EventType::DriftDetected => assert!(replayed.live, "{event:?}"),
        }
        assert_eq!(event.incarnation, replayed.incarnation, "{event:?}");
        for change in event.changes {
            // The project of a resource is not one of its facts.
            if change.field == "project_id" {
                continue;
            }
            let (object, field) = match change.field.strip_prefix("attrs.") {
                Some(field) => (replayed.facts["attrs"].as_object_mut().unwrap(), field),
                None => (replayed.facts.as_object_mut().unwrap(), change.field.as_str()),
            };
            assert_eq!(object.get(field).unwrap_or(&Value::Null), &change.before, "{field}");
            match change.after {
                Value::Null => object.remove(field),
                after => object.insert(field.to_owned(), after),
            };
        }
    }
    replayed
}
