//! References from an input to what an earlier step gives.

use serde_json::Value;

use crate::record::StepState;

/// The one field of a reference.
const REF: &str = "$ref";

/// Whether an input is a reference.
#[must_use]
pub fn is_reference(value: &Value) -> bool {
    pointer(value).is_some()
}

fn pointer(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    object.get(REF).filter(|_| object.len() == 1)
}

/// The step and the output that a reference means; `None` where it means nothing.
pub(super) fn target(value: &Value) -> Option<(usize, &str)> {
    let path = pointer(value)?.as_str()?.strip_prefix("#/steps/")?;
    let (step, output) = path.split_once("/outputs/")?;
    Some((step.parse().ok()?, output))
}

/// An input with what it refers to in its place; a reference to what is not there stays as it is.
#[must_use]
pub fn resolve(value: &Value, states: &[StepState]) -> Value {
    let found = target(value).and_then(|(step, output)| states.get(step)?.outputs.get(output));
    found.unwrap_or(value).clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_an_object_with_that_field_alone() {
        let mut state = StepState::pending();
        state.outputs.insert("snapshot_id".to_owned(), json!("7"));
        for (value, resolved) in [
            (json!({ "$ref": "#/steps/0/outputs/snapshot_id" }), json!("7")),
            (json!({ "$ref": "#/steps/0/outputs/other" }), json!({ "$ref": "#/steps/0/outputs/other" })),
            (json!({ "$ref": "#/steps/1/outputs/snapshot_id" }), json!({ "$ref": "#/steps/1/outputs/snapshot_id" })),
            (json!({ "$ref": 1, "x": 2 }), json!({ "$ref": 1, "x": 2 })),
            (json!("#/steps/0/outputs/snapshot_id"), json!("#/steps/0/outputs/snapshot_id")),
        ] {
            assert_eq!(resolve(&value, std::slice::from_ref(&state)), resolved);
        }
    }
}
