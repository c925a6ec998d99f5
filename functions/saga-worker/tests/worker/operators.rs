//! Sagas that need an operator.

use chrono::TimeDelta;
use domain::Clock;
use runtime::ProviderWrites;
use runtime::batch::ALL_ACCOUNTS;
use runtime::{Deadline, Message};
use sagas::record::{SagaStatus, StepStatus, StuckReason};
use worker::MessageHandler;

use crate::saga::{statuses, upsert};
use crate::world::{DeliveredWakeUps, World};

#[tokio::test]
async fn a_saga_whose_token_is_not_accepted_is_stuck_and_counted() {
    let world = World::new().await;
    world.sim.account("demo").remove_token("provisioning");
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    let is_stuck = async || world.saga_record(&saga).await.status() == SagaStatus::Stuck;
    world.run(world.process(), DeliveredWakeUps::All, is_stuck).await;
    let stuck = world.saga_record(&saga).await.state.progress.stuck.expect("a reason is recorded");
    assert_eq!(stuck.reason, StuckReason::Unauthorised);
    assert!(stuck.why.contains("401"), "{}", stuck.why);

    let tick = Message::new("reconcile", ALL_ACCOUNTS, world.clock.now(), "tick");
    let deadline = Deadline::after(std::time::Duration::from_secs(60));
    world.process().reconcile.handle(tick, deadline).await.unwrap();
    let lines = world.logs.parsed();
    let line = lines.iter().rfind(|line| line["message"] == "reconciliation complete").expect("the run is logged");
    assert_eq!((&line["woken"], &line["stuck"]), (&0.into(), &1.into()), "{line}");
    world.assert_no_token("").await;
}

#[tokio::test]
async fn a_saga_fails_with_a_reason_while_writes_are_disabled() {
    let mut world = World::new().await;
    world.writes = ProviderWrites::Deny;
    let before = world.state();
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    let record = world.finish(&saga).await;
    let (status, steps) = statuses(&record);
    assert_eq!(status, SagaStatus::RolledBack, "{steps:?}");
    assert_ne!(steps, [StepStatus::Succeeded]);
    let error = record.state.progress.error.expect("a reason is recorded");
    assert!(error.contains("PROVIDER_WRITES"), "{error}");
    assert_eq!((world.written("POST"), world.state()), (0, before));
}

#[tokio::test]
async fn a_stalled_saga_is_logged_as_an_error() {
    let world = World::new().await;
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    world.wait_until(world.clock.now() + TimeDelta::hours(1));
    let tick = Message::new("reconcile", ALL_ACCOUNTS, world.clock.now(), "tick");
    let deadline = Deadline::after(std::time::Duration::from_secs(60));
    world.process().reconcile.handle(tick, deadline).await.unwrap();
    let lines = world.logs.parsed();
    let line = lines.iter().find(|line| line["level"] == "ERROR").expect("an error is logged").to_string();
    assert!(line.contains(&saga.to_string()), "{line}");
}
