//! The difference between two sets of facts.

use domain::{Change, ResourceFacts};
use serde_json::{Map, Value};

/// Returns the facts that differ, sorted by field. Each entry of `attrs` is a field of its own.
#[must_use]
pub(crate) fn changed_fields(before: &ResourceFacts, after: &ResourceFacts) -> Vec<Change> {
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let value = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or(Value::Null);
            Change { field: name.clone(), before: value(&before), after: value(&after) }
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Returns true if only the tags changed.
#[must_use]
pub(crate) fn tags_alone(changes: &[Change]) -> bool {
    !changes.is_empty() && changes.iter().all(|change| change.field == "tags")
}

fn fields(facts: &ResourceFacts) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(facts) else { return Map::new() };
    if let Some(Value::Object(attrs)) = fields.remove("attrs") {
        fields.extend(attrs.into_iter().map(|(name, value)| (format!("attrs.{name}"), value)));
    }
    fields
}
