//! Stories that the matrix does not tell.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;

use super::cloud::ZONE;
use super::dns_examples::record;
use super::example::Word;
use super::faults::{Call, Fault};
use super::hands::{Hands, World};
use super::invariants::judge;
use super::rng::Rng;
use super::run::{Run, begins_at};
use super::scenario::{Scenario, all, request};
use super::table::Table;
use super::world::{Inner, Trouble, WorkerState};
use crate::record::{Entry, Head, Idempotency, SagaId, SagaStatus, StuckReason, fold};
use crate::rim::Started;
use crate::{Timing, reconcile};

fn a(name: &str, data: &str) -> serde_json::Value {
    json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": name, "dns_record_data": data })
}

fn scenario(steps: &[(&str, serde_json::Value)]) -> Scenario {
    let requests = steps.iter().map(|(step, inputs)| request(step, inputs)).collect();
    Scenario { name: "a story".to_owned(), requests, records: Vec::new(), word: None }
}

fn only(run: &Run) -> (Head, Vec<Entry>) {
    let inner = run.world.lock();
    (inner.table.heads[&run.sagas[0]].clone(), inner.table.ledgers[&run.sagas[0]].clone())
}

fn well(run: &Run) {
    let violations = judge(run, false).violations;
    assert!(violations.is_empty(), "{violations:?}");
}

/// I10, F35.
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
    let (asked, at) = start(first, "a", 0);
    assert_eq!(table.start(&asked, at), Started::New);
    for _ in 0..10 {
        let (again, at) = start(SagaId::random(), "a", 6);
        assert_eq!(table.start(&again, at), Started::Same(first));
        let (other, at) = start(SagaId::random(), "b", 6);
        assert_eq!(table.start(&other, at), Started::Conflict);
    }
    assert_eq!(table.heads.len(), 1);
    // The item is still there, but it has expired.
    let (later, at) = start(SagaId::random(), "b", 8);
    assert_eq!(table.start(&later, at), Started::New);
}

#[test]
fn sagas_at_one_name_take_turns() {
    for seed in 0..40 {
        let sagas = [
            scenario(&[("upsert_dns_record", a("www", "192.0.2.7")), ("fail", json!({}))]),
            scenario(&[("upsert_dns_record", a("www", "192.0.2.8"))]),
            scenario(&[(
                "delete_dns_record",
                json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": "www" }),
            )]),
        ];
        let run = Run::of(&sagas, Trouble::None, Some(Rng::seeded(seed)), 4);
        run.world.lock().watches = true;
        let run = run.run();
        well(&run);
        let turns = run.world.lock().turns.clone();
        assert_eq!(turns.len(), 6);
        assert!(turns.chunks(2).all(|pair| pair[0] == (pair[1].0, true)), "seed {seed}: {turns:?}");
    }
}

#[test]
fn of_a_word_and_the_end_of_its_time_one_counts() {
    let mut ends = BTreeSet::new();
    for seed in 0..40 {
        let mut gate =
            scenario(&[("gate", json!({ "expires_in_seconds": 60 })), ("upsert_dns_record", a("www", "192.0.2.7"))]);
        gate.word = Some(Word::Approve);
        let faults = &[Fault::FreezesBefore, Fault::RingTripled, Fault::RingLost];
        let run = Run::of(&[gate], Trouble::Anywhere(Rng::seeded(seed), 30, faults), Some(Rng::seeded(seed)), 4).run();
        let (head, _) = only(&run);
        let verdict = head.state.steps[0].verdict.is_some();
        let outcome = judge(&run, false);
        assert!(outcome.violations.is_empty(), "seed {seed}: {:?}", outcome.violations);
        assert_eq!(
            head.status() == SagaStatus::Succeeded,
            verdict && head.state.steps[0].outcome.is_some(),
            "seed {seed}"
        );
        ends.insert(format!("{:?}", head.status()));
    }
    println!("gate race: {ends:?}");
}

#[test]
fn a_definition_that_no_build_knows_calls_people() {
    let run = Run::of(&[scenario(&[("upsert_dns_record", a("www", "192.0.2.7"))])], Trouble::None, None, 2);
    {
        let mut inner = run.world.lock();
        let until = begins_at() + TimeDelta::hours(1);
        (inner.other_build_until, inner.faults_end) = (Some(until), until);
        inner.struck.push(Fault::OtherBuild);
    }
    let run = run.run();
    well(&run);
    let (head, ledger) = only(&run);
    let reasons: Vec<StuckReason> = ledger.iter().filter_map(|entry| Some(entry.core.stuck.as_ref()?.reason)).collect();
    assert_eq!((head.status(), reasons), (SagaStatus::Succeeded, vec![StuckReason::UnknownDefinition]));
}

#[test]
fn a_deadline_undoes_what_was_done() {
    let steps = [("upsert_dns_record", a("www", "192.0.2.7")), ("wait", json!({ "seconds": 3600 }))];
    let run = Run::of(&[scenario(&steps)], Trouble::None, None, 2);
    run.world
        .lock()
        .table
        .heads
        .values_mut()
        .for_each(|head| head.state.core.deadline = begins_at() + TimeDelta::minutes(5));
    let run = run.run();
    well(&run);
    let (head, ledger) = only(&run);
    assert_eq!(
        (head.status(), head.state.core.error.as_deref()),
        (SagaStatus::RolledBack, Some("its deadline has passed"))
    );
    assert!(ledger.last().unwrap().at < begins_at() + TimeDelta::minutes(8));
}

#[test]
fn a_saga_begins_when_it_is_to_begin() {
    let run = Run::of(&[scenario(&[("upsert_dns_record", a("www", "192.0.2.7"))])], Trouble::None, None, 2);
    let start_at = begins_at() + TimeDelta::hours(30);
    run.world.lock().table.heads.values_mut().for_each(|head| {
        head.drive.next_due = Some(start_at);
        head.state.core.deadline = start_at + TimeDelta::hours(1);
    });
    let run = run.run();
    let (head, ledger) = only(&run);
    assert_eq!(head.status(), SagaStatus::Succeeded);
    assert!(ledger[1].at >= start_at && ledger[1].at < start_at + TimeDelta::minutes(2), "{}", ledger[1].at);
}

#[test]
fn what_the_next_sweep_will_see_is_announced() {
    let mut additive = a("www", "192.0.2.7");
    additive["dns_mode"] = json!("additive");
    additive["dns_record_ttl"] = json!(60);
    let mut story = scenario(&[
        ("upsert_dns_record", additive),
        ("create_droplet_snapshot", json!({ "droplet_id": super::DROPLET })),
    ]);
    story.records = vec![record("A", "www", "192.0.2.1", 3600)];
    let run = Run::of(&[story], Trouble::None, None, 2).run();
    let (head, _) = only(&run);
    let inner = run.world.lock();
    let sibling =
        inner.cloud.zones[ZONE].iter().find(|record| record.fields.data == "192.0.2.1").unwrap().id.to_string();
    let output = |step: usize, name: &str| head.state.steps[step].outputs[name].as_str().unwrap().to_owned();
    let wanted = BTreeSet::from([sibling, output(0, "dns_record_id"), output(1, "snapshot_id")]);
    assert_eq!(inner.expected, wanted);
    assert_eq!(output(1, "snapshot_name"), format!("arcadia-snap-{}-{}", super::DROPLET, head.about.id.short()));
}

#[test]
fn the_second_snapshot_of_a_saga_has_a_name_of_its_own() {
    let snapshot = ("create_droplet_snapshot", json!({ "droplet_id": super::DROPLET }));
    let run = Run::of(&[scenario(&[snapshot.clone(), snapshot])], Trouble::None, None, 2).run();
    well(&run);
    let (head, _) = only(&run);
    let names: Vec<&str> =
        head.state.steps.iter().map(|step| step.outputs["snapshot_name"].as_str().unwrap()).collect();
    let first = format!("arcadia-snap-{}-{}", super::DROPLET, head.about.id.short());
    assert_eq!(names, [first.as_str(), &format!("{first}-1")]);
}

#[test]
fn an_uneventful_step_takes_four_requests_to_the_table() {
    let steps = ["one", "two", "three"].map(|name| ("upsert_dns_record", a(name, "192.0.2.7")));
    let run = Run::of(&[scenario(&steps)], Trouble::None, None, 2);
    run.world.lock().trace = Some(Vec::new());
    let run = run.run();
    well(&run);
    let inner = run.world.lock();
    let calls = inner.trace.as_ref().unwrap();
    let table = calls
        .iter()
        .filter(|call| matches!(call, Call::Acquire | Call::Commit(..) | Call::Tick | Call::PreImage))
        .count();
    println!("three steps: {} requests to the table with the start, {} to DigitalOcean", table + 1, inner.cloud.calls);
    assert!(table < 12, "{table}");
}

#[test]
fn records_read_back_as_they_were_written() {
    for scenario in all() {
        let run = Run::of(std::slice::from_ref(&scenario), Trouble::None, None, 2).run();
        let (head, ledger) = only(&run);
        assert_eq!(serde_json::from_value::<Head>(json!(head)).unwrap(), head);
        let read: Vec<Entry> = serde_json::from_value(json!(ledger)).unwrap();
        assert_eq!(fold(&read).unwrap(), head.state);
        // Changing, losing or repeating an entry is found.
        let mut changed = ledger.clone();
        changed[0].note = "changed".to_owned();
        let (lost, repeated) = (&ledger[1..], [&ledger[..1], &ledger[..]].concat());
        assert!(fold(&changed).is_err() && fold(lost).is_err() && fold(&repeated).is_err());
    }
}

/// Times that the table compares are text of one width.
#[test]
fn due_times_compare_as_text() {
    let mut head = scenario(&[("fail", json!({}))]).start(SagaId::random(), begins_at()).head;
    for (millis, text) in [(0, "2026-05-28T20:26:40.000Z"), (5, "2026-05-28T20:26:40.005Z")] {
        head.drive.next_due = Some(begins_at() + TimeDelta::milliseconds(millis));
        assert_eq!(json!(head)["next_due"], json!(text));
    }
}

#[test]
fn people_hear_of_what_does_not_move() {
    let mut inner =
        Inner::new(super::cloud::Cloud::demo(&[], begins_at()), begins_at(), Trouble::None, BTreeSet::new());
    let start = scenario(&[("fail", json!({}))]).start(SagaId::random(), begins_at());
    inner.table.start(&start, begins_at());
    inner.workers.push(WorkerState { lucky: true, ..WorkerState::default() });
    let hands = Hands { world: World::new(inner), worker: 0 };
    for (minutes, rung, stalled) in [(0, 0, 0), (1, 1, 0), (31, 1, 1)] {
        hands.world.lock().now = begins_at() + TimeDelta::minutes(minutes);
        let found = super::run::at_once(reconcile(&hands, &hands, &hands, &Timing::default(), 10)).unwrap();
        assert_eq!((found.rung, found.stalled.len()), (rung, stalled), "after {minutes} min");
    }
}

/// Faults that do harm only together: what none of them does alone, the matrix does not tell.
#[test]
fn faults_that_need_each_other_leave_nothing() {
    let upsert = scenario(&[("upsert_dns_record", a("www", "192.0.2.7")), ("fail", json!({}))]);
    let mut change = upsert.clone();
    change.records = vec![record("A", "www", "192.0.2.1", 1800)];
    let snapshot =
        scenario(&[("create_droplet_snapshot", json!({ "droplet_id": super::DROPLET })), ("fail", json!({}))]);
    let pairs: [&'static [Fault]; 4] = [
        // A deletion that is not carried out, and a list from before what was to be deleted.
        &[Fault::ServerFails, Fault::StaleList],
        // A change whose answer is lost, that is refused when it is sent again, and that arrives at last.
        &[Fault::AppliedMuchLater, Fault::Refused],
        &[Fault::AppliedMuchLater, Fault::ServerFails],
        &[Fault::AppliedLater, Fault::StaleList],
    ];
    for faults in pairs {
        for seed in 0..150 {
            for story in [&upsert, &change, &snapshot] {
                let trouble = Trouble::Anywhere(Rng::seeded(seed), 40, faults);
                let run = Run::of(std::slice::from_ref(story), trouble, Some(Rng::seeded(seed)), 2).run();
                let violations = judge(&run, false).violations;
                assert!(violations.is_empty(), "seed {seed}, {faults:?}, {:?}: {violations:?}", story.requests);
            }
        }
    }
}
