//! The guarantees of sagas, each from start to end with the simulator's state before and after.

use chrono::TimeDelta;
use digitalocean_sim::{ConsistencySettings, Effect, Fault, ListLag};
use domain::Clock;
use sagas::record::{EntryKind, SagaStatus, StepStatus};

use crate::saga::{delete, fail, snapshot, statuses, step, upsert};
use crate::world::World;

#[tokio::test]
async fn a_snapshot_is_deleted_when_a_later_step_fails() {
    let world = World::new().await;
    let lag = ListLag { creation_delay_ms: 20_000, deletion_delay_ms: 30_000 };
    world.sim.account("demo").set_consistency(ConsistencySettings {
        action_ms: 90_000,
        snapshots: lag,
        ..ConsistencySettings::default()
    });
    let before = world.state();
    let saga = world.start(&[snapshot(), fail()]).await;
    let record = world.finish(&saga).await;
    assert_eq!(statuses(&record), (SagaStatus::RolledBack, vec![StepStatus::Compensated, StepStatus::Failed]));
    assert_eq!((world.written("POST"), world.written("DELETE")), (1, 1));
    world.wait_until(world.clock.now() + TimeDelta::minutes(1));
    assert_eq!(world.state(), before);
    let ledger = world.ledger(&saga).await;
    let kinds: Vec<EntryKind> = ledger.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds[0], EntryKind::Started);
    assert!(
        ledger.contains(&(EntryKind::StepFailed, Some(1))) && ledger.contains(&(EntryKind::StepCompensated, Some(0)))
    );
    world.assert_no_token("").await;
}

#[tokio::test]
async fn all_records_and_times_to_live_are_restored_when_a_later_step_fails() {
    // Each case: the records that exist before, and the requested step.
    let cases = [
        ("nothing", vec![], upsert("shop", "192.0.2.9", 300, "exclusive")),
        ("another value", vec![("192.0.2.1", 1_800)], upsert("shop", "192.0.2.9", 300, "exclusive")),
        ("the same, another ttl", vec![("192.0.2.9", 1_800)], upsert("shop", "192.0.2.9", 300, "exclusive")),
        ("a sibling", vec![("192.0.2.1", 1_800)], upsert("shop", "192.0.2.9", 300, "additive")),
        ("siblings", vec![("192.0.2.1", 3_600), ("192.0.2.2", 3_600)], upsert("shop", "192.0.2.9", 60, "replace")),
        ("a deletion", vec![("192.0.2.1", 1_800)], delete("shop")),
    ];
    for (case, existing, requested) in cases {
        let world = World::new().await;
        for (data, ttl) in existing {
            world.add_record("shop", data, ttl);
        }
        let before = world.state();
        let saga = world.start(&[requested, fail()]).await;
        let record = world.finish(&saga).await;
        let rolled_back = (SagaStatus::RolledBack, vec![StepStatus::Compensated, StepStatus::Failed]);
        assert_eq!(statuses(&record), rolled_back, "{case}: {:?}", record.state.progress.error);
        assert_eq!(world.state(), before, "{case}");
        assert!(world.written("POST") + world.written("PUT") + world.written("DELETE") >= 2, "{case}");
        world.assert_no_token("").await;
    }
}

#[tokio::test]
async fn an_existing_record_is_created_only_once() {
    let world = World::new().await;
    for outcome in ["created", "noop"] {
        let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
        let record = world.finish(&saga).await;
        assert_eq!(statuses(&record), (SagaStatus::Succeeded, vec![StepStatus::Succeeded]), "{outcome}");
        assert_eq!(record.state.steps[0].outcome.as_deref(), Some(outcome));
        assert_eq!((world.records("shop"), world.written("POST")), (vec![("192.0.2.9".to_owned(), 300)], 1));
    }
}

#[tokio::test]
async fn a_deletion_succeeds_also_if_the_record_does_not_exist() {
    let world = World::new().await;
    world.add_record("shop", "192.0.2.1", 1_800);
    for _ in 0..2 {
        let saga = world.start(&[delete("shop")]).await;
        let record = world.finish(&saga).await;
        assert_eq!(statuses(&record), (SagaStatus::Succeeded, vec![StepStatus::Succeeded]));
        assert_eq!((world.records("shop"), world.written("DELETE")), (vec![], 1));
    }
}

#[tokio::test]
async fn a_write_whose_response_is_lost_is_not_sent_again() {
    for effect in [Effect::ErrorAfterApply { status: 504 }, Effect::DelayedApply { after_ms: 20_000, status: None }] {
        let world = World::new().await;
        world.sim.faults().add(Fault::on("/v2/domains/*", effect.clone()).method("POST").times(1));
        let before = world.state();
        let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive"), fail()]).await;
        let record = world.finish(&saga).await;
        assert_eq!(record.status(), SagaStatus::RolledBack, "{effect:?}");
        assert_eq!((world.state(), world.written("POST")), (before, 1), "{effect:?}");
        assert!(world.ledger(&saga).await.contains(&(EntryKind::OutcomeUnknown, Some(0))), "{effect:?}");
    }
}

#[tokio::test]
async fn a_wait_of_more_than_15_minutes_is_a_schedule() {
    let world = World::new().await;
    let began = world.clock.now();
    let at = began + TimeDelta::hours(3);
    let id = sagas::record::SagaId::random();
    let saga = world.start_as(id, &[upsert("shop", "192.0.2.9", 300, "exclusive")], Some(at)).await;
    assert_eq!(world.scheduler.schedules().len(), 1);
    assert_eq!(world.finish(&saga).await.status(), SagaStatus::Succeeded);
    assert!(world.clock.now() >= at && world.clock.now() < at + TimeDelta::minutes(1));

    let saga = world.start(&[step("wait", serde_json::json!({ "seconds": 7_200 }))]).await;
    assert_eq!(world.finish(&saga).await.status(), SagaStatus::Succeeded);
}
