//! Scenarios that the crash matrix does not cover.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;

use super::example::{Approval, DROPLET, ZONE, record};
use super::fake_digitalocean::FakeDigitalOcean;
use super::fault_injecting_ports::{FaultInjectingPorts, Simulation};
use super::faults::{Call, Fault, Injection, Times};
use super::invariants::check_invariants;
use super::rng::Rng;
use super::run::{Run, begins_at};
use super::scenario::{Scenario, all, request};
use super::simulation::{FaultPlan, SimulationState, WorkerState};
use super::table::Table;
use sagas::ports::StartResult;
use sagas::record::{Idempotency, LedgerEntry, SagaId, SagaRecord, SagaStatus, StuckReason, fold};
use sagas::{Timing, reconcile};

fn a(name: &str, data: &str) -> serde_json::Value {
    json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": name, "dns_record_data": data })
}

fn scenario(steps: &[(&str, serde_json::Value)]) -> Scenario {
    let requests = steps.iter().map(|(step, inputs)| request(step, inputs)).collect();
    Scenario { name: "a scenario test".to_owned(), requests, records: Vec::new(), approval: None }
}

fn single_saga(run: &Run) -> (SagaRecord, Vec<LedgerEntry>) {
    let sim = run.simulation.lock();
    (sim.table.records[&run.sagas[0]].clone(), sim.table.ledgers[&run.sagas[0]].clone())
}

fn assert_no_violations(run: &Run) {
    let violations = check_invariants(run, false).violations;
    assert!(violations.is_empty(), "{violations:?}");
}

/// I10 and F35: idempotency keys and their expiry.
#[test]
fn a_key_starts_one_saga_until_it_expires() {
    let mut table = Table::default();
    let saga = scenario(&[("fail", json!({}))]);
    let key = |body: &str| Idempotency {
        scope: "admin".to_owned(),
        key: "k".to_owned(),
        body_hash: body.to_owned(),
        expires_at: begins_at() + TimeDelta::days(7),
    };
    let first = SagaId::random();
    let start = |id, body, after| (saga.start(id, begins_at()).under(key(body)), begins_at() + TimeDelta::days(after));
    let (request_a, at) = start(first, "a", 0);
    assert_eq!(table.start(&request_a, at), StartResult::New);
    for _ in 0..10 {
        let (again, at) = start(SagaId::random(), "a", 6);
        assert_eq!(table.start(&again, at), StartResult::Same(first));
        let (other, at) = start(SagaId::random(), "b", 6);
        assert_eq!(table.start(&other, at), StartResult::Conflict);
    }
    assert_eq!(table.records.len(), 1);
    // The item still exists, but it has expired.
    let (later, at) = start(SagaId::random(), "b", 8);
    assert_eq!(table.start(&later, at), StartResult::New);
}

#[test]
fn sagas_on_one_name_run_one_after_the_other() {
    for seed in 0..40 {
        let sagas = [
            scenario(&[("upsert_dns_record", a("www", "192.0.2.7")), ("fail", json!({}))]),
            scenario(&[("upsert_dns_record", a("www", "192.0.2.8"))]),
            scenario(&[(
                "delete_dns_record",
                json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": "www" }),
            )]),
        ];
        let run = Run::of(&sagas, FaultPlan::None, Some(Rng::seeded(seed)), 4);
        run.simulation.lock().compares_targets = true;
        let run = run.run();
        assert_no_violations(&run);
        let lock_events = run.simulation.lock().lock_events.clone();
        assert_eq!(lock_events.len(), 6);
        assert!(lock_events.chunks(2).all(|pair| pair[0] == (pair[1].0, true)), "seed {seed}: {lock_events:?}");
    }
}

#[test]
fn either_an_approval_or_its_expiry_takes_effect() {
    let mut ends = BTreeSet::new();
    for seed in 0..40 {
        let mut gate =
            scenario(&[("gate", json!({ "expires_in_seconds": 60 })), ("upsert_dns_record", a("www", "192.0.2.7"))]);
        gate.approval = Some(Approval::Approve);
        let faults = &[Fault::FreezesBefore, Fault::WakeUpTripled, Fault::WakeUpLost];
        let run =
            Run::of(&[gate], FaultPlan::Anywhere(Rng::seeded(seed), 30, faults), Some(Rng::seeded(seed)), 4).run();
        let (record, _) = single_saga(&run);
        let decision = record.state.steps[0].verdict.is_some();
        let outcome = check_invariants(&run, false);
        assert!(outcome.violations.is_empty(), "seed {seed}: {:?}", outcome.violations);
        assert_eq!(
            record.status() == SagaStatus::Succeeded,
            decision && record.state.steps[0].outcome.is_some(),
            "seed {seed}"
        );
        ends.insert(format!("{:?}", record.status()));
    }
    println!("results of approvals that race with the expiry: {ends:?}");
}

#[test]
fn a_definition_that_no_build_knows_makes_the_saga_stuck() {
    let run = Run::of(&[scenario(&[("upsert_dns_record", a("www", "192.0.2.7"))])], FaultPlan::None, None, 2);
    {
        let mut sim = run.simulation.lock();
        let until = begins_at() + TimeDelta::hours(1);
        (sim.other_build_until, sim.faults_end) = (Some(until), until);
        sim.injected.push(Fault::OtherBuild);
    }
    let run = run.run();
    assert_no_violations(&run);
    let (record, ledger) = single_saga(&run);
    let reasons: Vec<StuckReason> =
        ledger.iter().filter_map(|entry| Some(entry.progress.stuck.as_ref()?.reason)).collect();
    assert_eq!((record.status(), reasons), (SagaStatus::Succeeded, vec![StuckReason::UnknownDefinition]));
}

#[test]
fn a_missed_deadline_rolls_the_saga_back() {
    let steps = [("upsert_dns_record", a("www", "192.0.2.7")), ("wait", json!({ "seconds": 3600 }))];
    let run = Run::of(&[scenario(&steps)], FaultPlan::None, None, 2);
    run.simulation
        .lock()
        .table
        .records
        .values_mut()
        .for_each(|record| record.state.progress.deadline = begins_at() + TimeDelta::minutes(5));
    let run = run.run();
    assert_no_violations(&run);
    let (record, ledger) = single_saga(&run);
    assert_eq!(
        (record.status(), record.state.progress.error.as_deref()),
        (SagaStatus::RolledBack, Some("the saga's deadline has passed"))
    );
    assert!(ledger.last().unwrap().at < begins_at() + TimeDelta::minutes(8));
}

#[test]
fn a_saga_begins_at_its_start_time() {
    let run = Run::of(&[scenario(&[("upsert_dns_record", a("www", "192.0.2.7"))])], FaultPlan::None, None, 2);
    let start_at = begins_at() + TimeDelta::hours(30);
    run.simulation.lock().table.records.values_mut().for_each(|record| {
        record.scheduling.next_due = Some(start_at);
        record.state.progress.deadline = start_at + TimeDelta::hours(1);
    });
    let run = run.run();
    let (record, ledger) = single_saga(&run);
    assert_eq!(record.status(), SagaStatus::Succeeded);
    assert!(ledger[1].at >= start_at && ledger[1].at < start_at + TimeDelta::minutes(2), "{}", ledger[1].at);
}

#[test]
fn changes_that_the_next_sweep_will_see_are_announced() {
    let mut additive = a("www", "192.0.2.7");
    additive["dns_mode"] = json!("additive");
    additive["dns_record_ttl"] = json!(60);
    let mut case =
        scenario(&[("upsert_dns_record", additive), ("create_droplet_snapshot", json!({ "droplet_id": DROPLET }))]);
    case.records = vec![record("A", "www", "192.0.2.1", 3600)];
    let run = Run::of(&[case], FaultPlan::None, None, 2).run();
    let (record, _) = single_saga(&run);
    let sim = run.simulation.lock();
    let sibling =
        sim.digitalocean.zones[ZONE].iter().find(|record| record.fields.data == "192.0.2.1").unwrap().id.to_string();
    let output = |step: usize, name: &str| record.state.steps[step].outputs[name].as_str().unwrap().to_owned();
    let wanted = BTreeSet::from([sibling, output(0, "dns_record_id"), output(1, "snapshot_id")]);
    assert_eq!(sim.expected, wanted);
    assert_eq!(output(1, "snapshot_name"), format!("arcadia-snap-{}-{}", DROPLET, record.metadata.id.short()));
}

#[test]
fn the_second_snapshot_of_a_saga_has_another_name() {
    let snapshot = ("create_droplet_snapshot", json!({ "droplet_id": DROPLET }));
    let run = Run::of(&[scenario(&[snapshot.clone(), snapshot])], FaultPlan::None, None, 2).run();
    assert_no_violations(&run);
    let (record, _) = single_saga(&run);
    let names: Vec<&str> =
        record.state.steps.iter().map(|step| step.outputs["snapshot_name"].as_str().unwrap()).collect();
    let first = format!("arcadia-snap-{}-{}", DROPLET, record.metadata.id.short());
    assert_eq!(names, [first.as_str(), &format!("{first}-1")]);
}

#[test]
fn an_uneventful_step_takes_four_requests_to_the_table_and_two_to_digitalocean() {
    let steps = ["one", "two", "three"].map(|name| ("upsert_dns_record", a(name, "192.0.2.7")));
    let run = Run::of(&[scenario(&steps)], FaultPlan::None, None, 2);
    run.simulation.lock().trace = Some(Vec::new());
    let run = run.run();
    assert_no_violations(&run);
    let sim = run.simulation.lock();
    let calls = sim.trace.as_ref().unwrap();
    let table = calls
        .iter()
        .filter(|call| matches!(call, Call::Acquire | Call::Commit(..) | Call::Reschedule | Call::PreImage))
        .count();
    println!(
        "three steps: {} requests to the table with the start, {} to DigitalOcean",
        table + 1,
        sim.digitalocean.calls
    );
    assert!(table < 12, "{table}");
    assert_eq!(sim.digitalocean.calls, 6, "a list and a write for each step");
}

/// The answer to a write confirms the written record. It says nothing of other records, so a record
/// that another client adds between the list and the write shows only where the zone is read again,
/// as it is when the step keeps a record that was there.
#[test]
fn a_record_of_another_client_is_noticed_where_the_zone_is_read_after_the_last_write() {
    let mut replace = a("www", "192.0.2.7");
    replace["dns_mode"] = json!("replace");
    let records = vec![record("A", "www", "192.0.2.1", 60), record("A", "www", "192.0.2.7", 60)];
    let foreign = super::environment_events::FOREIGN_DATA;
    for (inputs, found, write, status, left) in [
        (a("www", "192.0.2.7"), vec![], "create record", SagaStatus::Succeeded, ["192.0.2.7", foreign].as_slice()),
        (replace, records, "delete record", SagaStatus::RolledBack, &["192.0.2.1", "192.0.2.7", foreign]),
    ] {
        let case = Scenario { records: found, ..scenario(&[("upsert_dns_record", inputs)]) };
        let call = Call::Write(write);
        let injection = Injection { fault: Fault::ForeignCreate, call, nth: 1, times: Times::Once };
        let run = Run::of(&[case], FaultPlan::At(injection), None, 2).run();
        assert_eq!(single_saga(&run).0.status(), status, "{write}");
        let sim = run.simulation.lock();
        let records = sim.digitalocean.zones[ZONE].iter().filter(|record| record.fields.record_type == "A");
        let data: BTreeSet<&str> =
            records.filter(|record| record.fields.name == "www").map(|record| record.fields.data.as_str()).collect();
        assert_eq!(data, left.iter().copied().collect(), "{write}");
    }
}

#[test]
fn records_are_read_as_they_were_written() {
    for scenario in all() {
        let run = Run::of(std::slice::from_ref(&scenario), FaultPlan::None, None, 2).run();
        let (record, ledger) = single_saga(&run);
        assert_eq!(serde_json::from_value::<SagaRecord>(json!(record)).unwrap(), record);
        let read: Vec<LedgerEntry> = serde_json::from_value(json!(ledger)).unwrap();
        assert_eq!(fold(&read).unwrap(), record.state);
        // A changed, missing or repeated entry is detected.
        let mut changed = ledger.clone();
        changed[0].note = "changed".to_owned();
        let (lost, repeated) = (&ledger[1..], [&ledger[..1], &ledger[..]].concat());
        assert!(fold(&changed).is_err() && fold(lost).is_err() && fold(&repeated).is_err());
    }
}

/// The table compares times as text, so all have the same width.
#[test]
fn due_times_compare_as_text() {
    let mut record = scenario(&[("fail", json!({}))]).start(SagaId::random(), begins_at()).record;
    for (millis, text) in [(0, "2026-05-28T20:26:40.000Z"), (5, "2026-05-28T20:26:40.005Z")] {
        record.scheduling.next_due = Some(begins_at() + TimeDelta::milliseconds(millis));
        assert_eq!(json!(record)["next_due"], json!(text));
    }
}

#[test]
fn stalled_sagas_are_reported() {
    let mut sim =
        SimulationState::new(FakeDigitalOcean::demo(&[], begins_at()), begins_at(), FaultPlan::None, BTreeSet::new());
    let start = scenario(&[("fail", json!({}))]).start(SagaId::random(), begins_at());
    sim.table.start(&start, begins_at());
    sim.workers.push(WorkerState { fault_free: true, ..WorkerState::default() });
    let worker_ports = FaultInjectingPorts { simulation: Simulation::new(sim), worker: 0 };
    for (minutes, woken, stalled) in [(0, 0, 0), (1, 1, 0), (31, 1, 1)] {
        worker_ports.simulation.lock().now = begins_at() + TimeDelta::minutes(minutes);
        let found = super::run::run_to_completion(reconcile(
            &worker_ports,
            &worker_ports,
            &worker_ports,
            &Timing::default(),
            10,
        ))
        .unwrap();
        assert_eq!((found.woken, found.stalled.len()), (woken, stalled), "after {minutes} min");
    }
}

/// Some faults do harm only in combination, which the crash matrix does not cover.
#[test]
fn combined_faults_leave_nothing_behind() {
    let upsert = scenario(&[("upsert_dns_record", a("www", "192.0.2.7")), ("fail", json!({}))]);
    let mut change = upsert.clone();
    change.records = vec![record("A", "www", "192.0.2.1", 1800)];
    let snapshot = scenario(&[("create_droplet_snapshot", json!({ "droplet_id": DROPLET })), ("fail", json!({}))]);
    let pairs: [&'static [Fault]; 4] = [
        // A deletion that is not applied, and a list from before the record was created.
        &[Fault::ServerErrorNotApplied, Fault::StaleList],
        // A change whose response is lost, which is refused when it is sent again, and which is
        // applied at last.
        &[Fault::AppliedMuchLater, Fault::Refused],
        &[Fault::AppliedMuchLater, Fault::ServerErrorNotApplied],
        &[Fault::AppliedLater, Fault::StaleList],
    ];
    for faults in pairs {
        for seed in 0..150 {
            for case in [&upsert, &change, &snapshot] {
                let fault_plan = FaultPlan::Anywhere(Rng::seeded(seed), 40, faults);
                let run = Run::of(std::slice::from_ref(case), fault_plan, Some(Rng::seeded(seed)), 2).run();
                let violations = check_invariants(&run, false).violations;
                assert!(violations.is_empty(), "seed {seed}, {faults:?}, {:?}: {violations:?}", case.requests);
            }
        }
    }
}
