//! Validation of definitions: every invalid field is reported, and no external call is made.

use chrono::TimeDelta;
use domain::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::{Definition, StepSpec, is_reference, reference_target};
use crate::step::{InputFields, Steps};

/// The largest number of steps that a saga may have.
const MAX_STEPS: usize = 20;

/// The largest size of a definition, as JSON, in bytes. The definition is part of the record, whose
/// item may have 400 KB. The remaining space is for the outcomes of the steps' writes: a step makes
/// few of them, and a write whose answers are lost is repeated at growing intervals.
const MAX_BYTES: usize = 64 * 1024;

/// A step as it is requested, before validation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// The step's name, such as `upsert_dns_record`.
    pub step: String,
    /// The step's own inputs, which override those of the saga.
    #[serde(default)]
    pub inputs: Map<String, Value>,
}

/// An invalid field of a request. The text is constant: no value that was sent is repeated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputError {
    /// The field, as a JSON pointer in a URI fragment: `#/steps/0/inputs/dns_record_ttl`.
    pub pointer: String,
    /// The reason why the field is invalid.
    pub detail: &'static str,
}

/// Returns the definition of these steps. `shared` are inputs for all steps, which a step's own
/// inputs override.
///
/// # Errors
/// Every invalid field, in order.
pub fn validate(
    steps: &Steps,
    account: &AccountId,
    requests: &[StepRequest],
    shared: &Map<String, Value>,
) -> Result<Definition, Vec<InputError>> {
    let mut errors = Vec::new();
    if requests.is_empty() || requests.len() > MAX_STEPS {
        errors.push(InputError { pointer: "#/steps".to_owned(), detail: "expected 1 to 20 steps" });
    }
    let mut definition = Definition { steps: Vec::new(), locks: Vec::new(), time_budget_seconds: 0 };
    let mut time_budget = TimeDelta::zero();
    for (index, request) in requests.iter().take(MAX_STEPS).enumerate() {
        let Some(step) = steps.named(&request.step) else {
            errors.push(InputError { pointer: format!("#/steps/{index}/step"), detail: "no such step" });
            continue;
        };
        let inputs = with_shared(&request.inputs, shared, step.inputs);
        let mut fields = InputFields::of(&inputs);
        let (locks, budget) = step.check(account, &mut fields);
        for name in inputs.iter().filter(|(_, value)| is_reference(value)).map(|(name, _)| name) {
            if let Some(detail) = bad_reference(steps, requests, index, &inputs[name]) {
                fields.refuse(name, detail);
            }
        }
        errors.extend(fields.errors().iter().map(|(name, detail)| {
            let is_shared = !request.inputs.contains_key(name) && shared.contains_key(name);
            let pointer = if is_shared { format!("#/inputs/{name}") } else { format!("#/steps/{index}/inputs/{name}") };
            InputError { pointer, detail }
        }));
        definition.locks.extend(locks);
        time_budget += budget;
        definition.steps.push(StepSpec { step: request.step.clone(), version: step.version, inputs });
    }
    let is_used = |name: &String| {
        let mut requested = requests.iter().filter_map(|request| steps.named(&request.step));
        requested.any(|step| step.inputs.contains(&name.as_str()))
    };
    let unused = shared.keys().filter(|name| !is_used(name));
    errors.extend(
        unused.map(|name| InputError { pointer: format!("#/inputs/{name}"), detail: "no step has such an input" }),
    );
    if !errors.is_empty() {
        errors.sort();
        errors.dedup();
        return Err(errors);
    }
    if serde_json::to_vec(&definition.steps).map_or(true, |json| json.len() > MAX_BYTES) {
        let detail = "the inputs are too long: all steps together may have 64 KB";
        return Err(vec![InputError { pointer: "#/steps".to_owned(), detail }]);
    }
    definition.locks.sort();
    definition.locks.dedup();
    definition.time_budget_seconds = time_budget.num_seconds();
    Ok(definition)
}

fn with_shared(own: &Map<String, Value>, shared: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let usable = shared.iter().filter(|(name, _)| names.contains(&name.as_str()));
    usable.chain(own).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn bad_reference(steps: &Steps, requests: &[StepRequest], index: usize, value: &Value) -> Option<&'static str> {
    let Some((to, output)) = reference_target(value) else {
        return Some("expected a reference such as #/steps/0/outputs/snapshot_name");
    };
    if to >= index {
        return Some("refers to a step that does not come before this one");
    }
    let step = requests.get(to).and_then(|request| steps.named(&request.step))?;
    (!step.outputs.contains(&output)).then_some("refers to an output that this step does not have")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::definition::SagaTemplate;
    use crate::record::LockTarget;
    use crate::steps::STEPS;

    fn check(steps: &Value, shared: &Value) -> Result<Definition, Vec<String>> {
        let requests: Vec<StepRequest> = serde_json::from_value(steps.clone()).unwrap();
        let account = AccountId::new("demo").unwrap();
        let checked = validate(&STEPS, &account, &requests, shared.as_object().unwrap());
        checked
            .map_err(|errors| errors.into_iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect())
    }

    #[test]
    fn every_invalid_field_is_reported() {
        let reference = |to: &str| json!({ "$ref": to });
        let txt = |data: &Value| {
            json!({ "step": "upsert_dns_record", "inputs": {
                "dns_domain": "shop.example", "dns_record_type": "TXT", "dns_record_name": "a", "dns_record_data": data } })
        };
        let snapshot = json!({ "step": "create_droplet_snapshot", "inputs": { "droplet_id": "7" } });
        let name = reference("#/steps/0/outputs/snapshot_name");
        for (steps, shared, wrong) in [
            (json!([]), json!({}), vec!["#/steps: expected 1 to 20 steps"]),
            (
                json!([{ "step": "reboot" }, { "step": "wait" }]),
                json!({}),
                vec!["#/steps/0/step: no such step", "#/steps/1/inputs/seconds: is required"],
            ),
            (json!([{ "step": "fail", "inputs": { "x": 1 } }]), json!({}), vec!["#/steps/0/inputs/x: no such input"]),
            (
                json!([{ "step": "wait" }, { "step": "wait", "inputs": { "seconds": 5 } }]),
                json!({ "seconds": 0, "y": 1 }),
                vec!["#/inputs/seconds: expected whole seconds, 1 to 604800", "#/inputs/y: no step has such an input"],
            ),
            (json!([snapshot, txt(&name)]), json!({}), vec![]),
            (
                json!([txt(&name), snapshot]),
                json!({}),
                vec!["#/steps/0/inputs/dns_record_data: refers to a step that does not come before this one"],
            ),
            (
                json!([snapshot, txt(&reference("#/steps/0/outputs/size"))]),
                json!({}),
                vec!["#/steps/1/inputs/dns_record_data: refers to an output that this step does not have"],
            ),
            (
                json!([snapshot, txt(&reference("steps.0"))]),
                json!({}),
                vec!["#/steps/1/inputs/dns_record_data: expected a reference such as #/steps/0/outputs/snapshot_name"],
            ),
            (
                json!([snapshot, { "step": "create_droplet_snapshot", "inputs": { "droplet_id": name } }]),
                json!({}),
                vec!["#/steps/1/inputs/droplet_id: must be known at the start, as it decides what is locked"],
            ),
        ] {
            assert_eq!(check(&steps, &shared).err().unwrap_or_default(), wrong, "{steps} {shared}");
        }
    }

    #[test]
    fn a_definition_that_does_not_fit_the_record_is_refused() {
        let gate = |letters: usize| json!([{ "step": "gate", "inputs": { "question": "x".repeat(letters) } }]);
        assert!(check(&gate(MAX_BYTES - 200), &json!({})).is_ok());
        let wrong = ["#/steps: the inputs are too long: all steps together may have 64 KB"];
        assert_eq!(check(&gate(MAX_BYTES), &json!({})).unwrap_err(), wrong);
    }

    #[test]
    fn a_definition_lists_its_locks_and_its_time_budget() {
        let record = |name: &str, of: &str| json!({ "step": "delete_dns_record", "inputs": { "dns_record_name": name, "dns_record_type": of } });
        let steps = json!([record("www", "A"), record("www.shop.example.", "TXT"), record("@", "MX"), { "step": "wait", "inputs": { "seconds": 90 } }]);
        let definition = check(&steps, &json!({ "dns_domain": "Shop.Example" })).unwrap();
        let locks: Vec<&str> = definition.locks.iter().map(LockTarget::as_str).collect();
        assert_eq!(locks, ["dns#demo#shop.example#@", "dns#demo#shop.example#www"]);
        assert_eq!(definition.time_budget_seconds, 3 * 15 * 60 + 90);
        assert!(definition.steps.iter().all(|spec| STEPS.of(spec).is_some() && Steps(&[]).of(spec).is_none()));
    }

    #[test]
    fn errors_of_a_template_do_not_point_to_steps() {
        let account = AccountId::new("demo").unwrap();
        let inputs =
            json!({ "dns_record_type": "MX", "dns_record_name": "@", "dns_record_data": "mail.example.org", "x": 1 });
        let errors = SagaTemplate::named("ensure-dns")
            .unwrap()
            .validate(&STEPS, &account, inputs.as_object().unwrap())
            .unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["#/inputs/dns_domain", "#/inputs/dns_record_priority", "#/inputs/x"]);
    }
}
