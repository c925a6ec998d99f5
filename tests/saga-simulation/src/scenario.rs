//! The scenarios: every example of every step, forward and compensated, and some sagas of several
//! steps.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::AccountId;
use serde_json::{Map, Value};

use super::dns_examples;
use super::example::{Approval, DROPLET, Example};
use super::examples;
use super::simulation::Target;
use sagas::Timing;
use sagas::calls::RecordFields;
use sagas::definition::{StepRequest, validate};
use sagas::record::{Definition, NewSaga, SagaId, Start};
use sagas::steps::STEPS;

/// A saga to run, and the account that it finds.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) requests: Vec<StepRequest>,
    pub(super) records: Vec<RecordFields>,
    pub(super) approval: Option<Approval>,
}

pub(super) fn account() -> AccountId {
    AccountId::new("demo").unwrap()
}

pub(super) fn request(step: &str, inputs: &Value) -> StepRequest {
    StepRequest { step: step.to_owned(), inputs: inputs.as_object().cloned().unwrap_or_default() }
}

impl Scenario {
    fn single_step(step: &str, example: &Example) -> Self {
        Self {
            name: format!("{step}: {}", example.label),
            requests: vec![request(step, &example.inputs)],
            records: example.records.clone(),
            approval: example.approval,
        }
    }

    /// Appends a step to the scenario.
    fn then(mut self, step: &str, inputs: &Value) -> Self {
        self.name = format!("{}, {step}", self.name);
        self.requests.push(request(step, inputs));
        self
    }

    pub(super) fn definition(&self) -> Definition {
        validate(&STEPS, &account(), &self.requests, &Map::new())
            .unwrap_or_else(|errors| panic!("{}: {errors:?}", self.name))
    }

    /// Returns the records and droplets that the saga's steps change.
    pub(super) fn targets(&self) -> BTreeSet<Target> {
        let text =
            |inputs: &Map<String, Value>, name: &str| inputs.get(name).and_then(Value::as_str).map(str::to_owned);
        let target = |request: &StepRequest| {
            if let Some(id) = request.inputs.get("droplet_id").and_then(Value::as_u64) {
                return Some(Target::Droplet { id });
            }
            Some(Target::Records {
                zone: text(&request.inputs, "dns_domain")?,
                name: text(&request.inputs, "dns_record_name")?,
                record_type: text(&request.inputs, "dns_record_type")?,
            })
        };
        self.requests.iter().filter_map(target).collect()
    }

    pub(super) fn start(&self, id: SagaId, now: DateTime<Utc>) -> Start {
        let request = NewSaga {
            saga_type: "custom".to_owned(),
            account: account(),
            tenant_id: None,
            definition: self.definition(),
            by: "admin".to_owned(),
            start_at: None,
            deadline: None,
        };
        Start::new(id, request, "start", now, Timing::default().time_budget_margin)
    }
}

/// Returns every example of every step, alone and before a step that fails, and sagas of several
/// steps.
pub(super) fn all() -> Vec<Scenario> {
    let none = Value::Object(Map::new());
    let mut scenarios = Vec::new();
    for step in STEPS.0 {
        for example in examples::of(step.name) {
            let alone = Scenario::single_step(step.name, &example);
            if !example.fails && step.name != "fail" {
                scenarios.push(alone.clone().then("fail", &none));
            }
            scenarios.push(alone);
        }
    }
    let created = dns_examples::upsert().remove(0);
    let droplet = serde_json::json!({ "droplet_id": DROPLET });
    let first = Scenario::single_step("upsert_dns_record", &created);
    scenarios.push(first.clone().then("upsert_dns_record", &created.inputs));
    scenarios.push(
        first
            .then("create_droplet_snapshot", &droplet)
            .then("delete_dns_record", &{
                let mut inputs = created.inputs.clone();
                inputs.as_object_mut().unwrap().remove("dns_record_ttl");
                inputs
            })
            .then("fail", &none),
    );
    scenarios
}
