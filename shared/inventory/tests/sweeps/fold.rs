//! What a resource's events alone tell of it.

use domain::{EventType, ResourceEvent};
use serde_json::{Value, json};

/// What the events of a resource add up to.
pub(crate) struct FoldedResource {
    /// Its facts, as JSON.
    pub(crate) facts: Value,
    pub(crate) live: bool,
    pub(crate) incarnation: u32,
}

/// Takes a resource's events, oldest first, one after the other.
pub(crate) fn fold(events: impl Iterator<Item = ResourceEvent>) -> FoldedResource {
    let nothing = json!({ "name": "", "tags": [], "attrs": {} });
    let mut told = FoldedResource { facts: nothing.clone(), live: false, incarnation: 0 };
    for event in events {
        match event.event_type {
            EventType::Discovered => {
                told.facts.clone_from(&nothing);
                told.live = true;
                told.incarnation += 1;
            }
            EventType::Restored => told.live = true,
            EventType::Deleted => told.live = false,
            EventType::Updated | EventType::Tagged | EventType::DriftDetected => assert!(told.live, "{event:?}"),
        }
        assert_eq!(event.incarnation, told.incarnation, "{event:?}");
        for change in event.changes {
            // Where a resource is, is no fact of its own.
            if change.field == "project_id" {
                continue;
            }
            let (object, field) = match change.field.strip_prefix("attrs.") {
                Some(field) => (told.facts["attrs"].as_object_mut().unwrap(), field),
                None => (told.facts.as_object_mut().unwrap(), change.field.as_str()),
            };
            assert_eq!(object.get(field).unwrap_or(&Value::Null), &change.before, "{field}");
            match change.after {
                Value::Null => object.remove(field),
                after => object.insert(field.to_owned(), after),
            };
        }
    }
    told
}
