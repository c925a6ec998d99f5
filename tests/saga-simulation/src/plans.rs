//! Tests of plans: a plan describes what a saga would do, and writes nothing.

use std::collections::BTreeSet;

use domain::Money;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::example::{DROPLET, ZONE, record};
use super::fake_digitalocean::FakeDigitalOcean;
use super::fault_injecting_ports::{FaultInjectingPorts, Simulation};
use super::run::{begins_at, run_to_completion};
use super::scenario::{account, request};
use super::simulation::{FaultPlan, SimulationState, WorkerState};
use sagas::Timing;
use sagas::calls::RecordFields;
use sagas::definition::{SagaTemplate, StepRequest, validate};
use sagas::plan::{Planner, SagaPlan};
use sagas::record::SagaId;
use sagas::step::{PlannedEffect, Prices, Undo};
use sagas::steps::STEPS;

fn worker_ports(records: &[RecordFields]) -> FaultInjectingPorts {
    let mut sim = SimulationState::new(
        FakeDigitalOcean::demo(records, begins_at()),
        begins_at(),
        FaultPlan::None,
        BTreeSet::new(),
    );
    sim.workers.push(WorkerState { fault_free: true, ..WorkerState::default() });
    FaultInjectingPorts { simulation: Simulation::new(sim), worker: 0 }
}

fn plan(worker_ports: &FaultInjectingPorts, requests: &[StepRequest]) -> SagaPlan {
    let definition = validate(&STEPS, &account(), requests, &Map::new()).unwrap();
    let timing = Timing::default();
    let prices = Prices { snapshot: |gigabytes| Money::usd(gigabytes * Decimal::new(6, 2)) };
    let saga = SagaId::random();
    let planner = Planner { steps: STEPS, timing: &timing, prices, saga, now: begins_at() };
    let plan = run_to_completion(planner.plan(worker_ports, &account(), &definition)).unwrap();
    assert_eq!(worker_ports.simulation.lock().writes, 0, "a plan writes nothing");
    plan
}

fn upsert(more: &Value) -> StepRequest {
    let mut inputs =
        json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": "www", "dns_record_data": "192.0.2.7" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request("upsert_dns_record", &inputs)
}

#[test]
fn a_plan_shows_the_effect_on_siblings_and_what_compensation_can_restore() {
    let worker_ports = worker_ports(&[record("A", "www", "192.0.2.1", 3600), record("A", "www", "192.0.2.2", 3600)]);
    let additive = plan(&worker_ports, &[upsert(&json!({ "dns_record_ttl": 60, "dns_mode": "additive" }))]);
    let step = &additive.steps[0].preview;
    assert_eq!((step.effect, step.undo, additive.fails_at), (PlannedEffect::Create, Undo::Exact, None));
    let ttls: Vec<(&str, u32, u32)> =
        step.sibling_ttls.iter().map(|ttl| (ttl.data.as_str(), ttl.before, ttl.after)).collect();
    assert_eq!(ttls, [("192.0.2.1", 3600, 60), ("192.0.2.2", 3600, 60)]);
    let replace = plan(&worker_ports, &[upsert(&json!({ "dns_mode": "replace" }))]);
    let step = &replace.steps[0].preview;
    assert_eq!((step.effect, step.undo, step.changes.len()), (PlannedEffect::Update, Undo::NewIds, 2));
    let refused = plan(&worker_ports, &[upsert(&json!({}))]);
    assert_eq!((refused.steps[0].preview.effect, refused.fails_at), (PlannedEffect::Fail, Some(0)));
}

#[test]
fn every_step_is_planned_on_the_result_of_the_steps_before_it() {
    let worker_ports = worker_ports(&[]);
    let twice =
        plan(&worker_ports, &[upsert(&json!({})), upsert(&json!({})), upsert(&json!({ "dns_record_ttl": 60 }))]);
    let effects: Vec<PlannedEffect> = twice.steps.iter().map(|step| step.preview.effect).collect();
    assert_eq!(effects, [PlannedEffect::Create, PlannedEffect::None, PlannedEffect::Update]);
}

#[test]
fn the_hash_of_a_plan_covers_the_state_it_depends_on() {
    let worker_ports = worker_ports(&[record("A", "www", "192.0.2.1", 3600)]);
    let requested = [upsert(&json!({}))];
    let first = plan(&worker_ports, &requested).hash;
    assert_eq!(plan(&worker_ports, &requested).hash, first, "the hash does not depend on the saga's id");
    assert_ne!(plan(&worker_ports, &[upsert(&json!({ "dns_record_ttl": 60 }))]).hash, first);
    let change = |name: &str, ttl: u32| {
        let mut sim = worker_ports.simulation.lock();
        let records = sim.digitalocean.zones.get_mut(ZONE).unwrap();
        records.iter_mut().filter(|record| record.fields.name == name).for_each(|record| record.fields.ttl = Some(ttl));
    };
    change("@", 61);
    assert_eq!(plan(&worker_ports, &requested).hash, first, "other records do not affect the hash");
    change("www", 61);
    assert_ne!(plan(&worker_ports, &requested).hash, first);
}

#[test]
fn the_plan_of_a_snapshot_has_a_maximum_price() {
    let requested = SagaTemplate::named("snapshot-droplet").unwrap();
    let inputs = json!({ "droplet_id": DROPLET.to_string() });
    let definition = requested.validate(&STEPS, &account(), inputs.as_object().unwrap()).unwrap();
    let requests: Vec<StepRequest> = definition
        .steps
        .iter()
        .map(|spec| StepRequest { step: spec.step.clone(), inputs: spec.inputs.clone() })
        .collect();
    let worker_ports = worker_ports(&[]);
    let planned = plan(&worker_ports, &requests);
    assert_eq!(planned.price_monthly_up_to, Some(Money::usd(Decimal::new(150, 2))));
    worker_ports.simulation.lock().digitalocean.droplets.clear();
    assert_eq!(plan(&worker_ports, &requests).fails_at, Some(0));
}
