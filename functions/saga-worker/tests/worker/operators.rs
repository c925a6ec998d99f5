//! What only people can mend.

use chrono::TimeDelta;
use domain::Clock;
use runtime::ProviderWrites;
use runtime::batch::ALL_ACCOUNTS;
use runtime::{Deadline, Message};
use sagas::record::{SagaStatus, StepStatus, StuckReason};

use crate::saga::{statuses, upsert};
use crate::world::{Heard, World};

#[tokio::test]
async fn a_token_that_is_not_accepted_gets_a_saga_stuck_and_stuck_sagas_are_counted() {
    let world = World::new().await;
    world.sim.account("demo").remove_token("provisioning");
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    let is_stuck = async || world.saga_record(&saga).await.status() == SagaStatus::Stuck;
    world.run(world.process(), Heard::All, is_stuck).await;
    let stuck = world.saga_record(&saga).await.state.progress.stuck.expect("it says why");
    assert_eq!(stuck.reason, StuckReason::Unauthorised);
    assert!(stuck.why.contains("401"), "{}", stuck.why);

    let tick = Message::new("reconcile", ALL_ACCOUNTS, world.clock.now(), "tick");
    let deadline = Deadline::after(std::time::Duration::from_secs(60));
    world.process().reconcile.handle(tick, deadline).await.unwrap();
    let lines = world.logs.parsed();
    let told = lines.iter().rfind(|line| line["message"] == "reconciled").expect("it says what it found");
    assert_eq!((&told["woken"], &told["stuck"]), (&0.into(), &1.into()), "{told}");
    world.assert_no_token().await;
}

#[tokio::test]
async fn where_writes_are_off_a_saga_fails_and_says_so() {
    let mut world = World::new().await;
    world.writes = ProviderWrites::Deny;
    let before = world.state();
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    let record = world.finish(&saga).await;
    let (status, steps) = statuses(&record);
    assert_eq!(status, SagaStatus::RolledBack, "{steps:?}");
    assert_ne!(steps, [StepStatus::Succeeded]);
    let error = record.state.progress.error.expect("it says why");
    assert!(error.contains("PROVIDER_WRITES"), "{error}");
    assert_eq!((world.written("POST"), world.state()), (0, before));
}

#[tokio::test]
async fn what_has_not_changed_for_long_is_told() {
    let world = World::new().await;
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    world.wait_until(world.clock.now() + TimeDelta::hours(1));
    let tick = Message::new("reconcile", ALL_ACCOUNTS, world.clock.now(), "tick");
    let deadline = Deadline::after(std::time::Duration::from_secs(60));
    world.process().reconcile.handle(tick, deadline).await.unwrap();
    let lines = world.logs.parsed();
    let told = lines.iter().find(|line| line["level"] == "ERROR").expect("it is told").to_string();
    assert!(told.contains(&saga.to_string()), "{told}");
}
