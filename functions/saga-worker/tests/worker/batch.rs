//! The events of `events/saga-worker`, delivered unchanged.

use std::sync::Arc;

use embedded_table::CrashPoint;
use runtime::OutgoingMessage;
use runtime::fake::MemoryQueue;
use saga_worker::SagaWorker;
use sagas::record::{SagaId, SagaStatus};
use test_support::{DLQ, read_event, reason, run_events};

use crate::saga::{fail, upsert};
use crate::world::{World, config};

/// The saga that the events name.
const SAGA: &str = "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11";

/// Runs a batch of `events/`. Returns the ids of the messages to be delivered again, and the dead
/// letters.
async fn run(worker: &SagaWorker, case: &str) -> (Vec<String>, Vec<OutgoingMessage>) {
    let queue = Arc::new(MemoryQueue::new());
    let again = run_events(worker, &worker.services.config, queue.clone(), "saga-worker", case).await;
    (again, queue.sent(DLQ))
}

/// Returns an environment a few seconds after the events were sent, with a saga that will be rolled
/// back.
async fn world() -> (World, SagaId) {
    let world = World::at("2026-04-12T12:00:05Z".parse().unwrap()).await;
    let steps = [upsert("shop", "192.0.2.9", 300, "exclusive"), fail()];
    let saga = world.start_as(SAGA.parse().unwrap(), &steps, None).await;
    (world, saga)
}

#[tokio::test]
async fn happy_and_then_compensate() {
    let (world, saga) = world().await;
    let (before, process) = (world.state(), world.process());
    assert_eq!(run(&process.execute, "happy").await, (vec![], vec![]));
    assert_eq!(world.saga_record(&saga).await.status(), SagaStatus::Unwinding, "the saga is in the other phase now");
    assert_eq!(world.records("shop").len(), 1);
    assert_eq!(run(&process.compensate, "compensate").await, (vec![], vec![]));
    assert_eq!((world.saga_record(&saga).await.status(), world.state()), (SagaStatus::RolledBack, before));
}

#[tokio::test]
async fn duplicate() {
    let (once, saga) = world().await;
    run(&once.process().execute, "happy").await;
    let (twice, _) = world().await;
    assert_eq!(run(&twice.process().execute, "duplicate").await, (vec![], vec![]));
    assert_eq!(twice.ledger(&saga).await, once.ledger(&saga).await);
    assert_eq!(twice.written("POST"), 1);
}

#[tokio::test]
async fn malformed() {
    let (world, saga) = world().await;
    let (failures, dead_letters) = run(&world.process().execute, "malformed").await;
    assert_eq!(failures, [""; 0], "a retry would not help");
    let expected =
        ["EOF while parsing", "at worker", "not a wake-up message", "not a wake-up message", "at v: version 2"];
    assert_eq!(dead_letters.len(), expected.len());
    for ((letter, record), expected) in
        dead_letters.iter().zip(read_event("saga-worker", "malformed").records).zip(expected)
    {
        assert!(reason(letter).contains(expected), "{expected}: {}", reason(letter));
        assert_eq!(Some(&letter.body), record.body.as_ref(), "the body is unchanged");
    }
    assert_eq!((world.saga_record(&saga).await.status(), world.written("POST")), (SagaStatus::Pending, 0));
}

#[tokio::test]
async fn partial_batch() {
    let (world, saga) = world().await;
    let process = world.process();
    process.requests.crash_at(CrashPoint::Before(3));
    let (failures, dead_letters) = run(&process.execute, "partial-batch").await;
    let again = ["059f36b4-87a3-44ab-83d2-661975830a7d", "8b1a9953-c461-4d8f-9d4e-3f1c2b7a6e55"];
    assert_eq!((failures, dead_letters.len()), (again.map(str::to_owned).to_vec(), 1), "the table does not answer");

    let (failures, dead_letters) = run(&world.process().execute, "partial-batch").await;
    assert_eq!((failures, dead_letters.len()), (vec![], 1), "a missing saga is no failure");
    assert_eq!(world.finish(&saga).await.status(), SagaStatus::RolledBack);
}

#[tokio::test]
async fn tick() {
    let (world, saga) = world().await;
    let process = world.process();
    assert_eq!(run(&process.reconcile, "tick").await, (vec![], vec![]));
    assert_eq!(world.reconciler_wake_ups(&config().execute.url), 0, "the saga is not overdue yet");
    world.wait_until("2026-04-12T12:01:00Z".parse().unwrap());
    assert_eq!(run(&process.reconcile, "tick").await, (vec![], vec![]));
    assert_eq!(world.reconciler_wake_ups(&config().execute.url), 1);
    assert_eq!(
        world.saga_record(&saga).await.status(),
        SagaStatus::Pending,
        "the reconciler sends wake-ups and changes nothing itself"
    );
}
