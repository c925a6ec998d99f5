//! References from an input to an output of an earlier step.

use serde_json::Value;

use super::StepState;

/// The only field of a reference object.
const REF: &str = "$ref";

/// Returns whether an input is a reference.
#[must_use]
pub fn is_reference(value: &Value) -> bool {
    pointer(value).is_some()
}

fn pointer(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    object.get(REF).filter(|_| object.len() == 1)
}

/// Returns the step and the output that a reference names; `None` if it is no reference, or a
/// malformed one.
#[must_use]
pub fn reference_target(value: &Value) -> Option<(usize, &str)> {
    let path = pointer(value)?.as_str()?.strip_prefix("#/steps/")?;
    let (step, output) = path.split_once("/outputs/")?;
    Some((step.parse().ok()?, output))
}

/// Returns an input with a reference replaced by the output that it names. A reference to an output
/// that does not exist stays as it is.
#[must_use]
pub fn resolve(value: &Value, states: &[StepState]) -> Value {
    let found = reference_target(value).and_then(|(step, output)| states.get(step)?.outputs.get(output));
    found.unwrap_or(value).clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_object_with_ref_as_its_one_field_is_a_reference() {
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
