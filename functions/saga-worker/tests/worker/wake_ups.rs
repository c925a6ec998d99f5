//! Wake-ups that are lost, repeated, or without work to do.

use std::sync::Arc;

use domain::Clock;
use provisioning::WakeUp;
use runtime::batch::ALL_ACCOUNTS;
use runtime::{Failure, Message};
use sagas::record::{SagaId, SagaStatus};

use crate::saga::{fail, snapshot, upsert};
use crate::world::{DeliveredWakeUps, World};

fn body(world: &World, worker: &str, saga: &SagaId) -> String {
    let message = Message::new(worker, ALL_ACCOUNTS, world.clock.now(), "run-1");
    message.with_fields(WakeUp { saga: *saga }).unwrap().to_body()
}

#[tokio::test]
async fn all_sagas_end_with_the_reconcilers_wake_ups_alone() {
    let world = World::new().await;
    let before = world.state();
    let saga = world.start(&[snapshot(), upsert("shop", "192.0.2.9", 300, "exclusive"), fail()]).await;
    let ended = async || world.saga_record(&saga).await.status().is_terminal();
    world.run(world.process(), DeliveredWakeUps::FromReconcilerOnly, ended).await;
    assert_eq!((world.saga_record(&saga).await.status(), world.state()), (SagaStatus::RolledBack, before));
    assert_eq!(world.written("POST"), 2);
}

#[tokio::test]
async fn several_workers_at_once_send_a_write_once() {
    let world = World::new().await;
    let before = world.state();
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive"), fail()]).await;
    let workers: Vec<_> = (0..4).map(|_| Arc::clone(&world.process().execute)).collect();
    let body = body(&world, "execute", &saga);
    let deliveries = workers.iter().map(|worker| world.deliver(worker, &body));
    for delivered in futures::future::join_all(deliveries).await {
        delivered.unwrap();
    }
    assert_eq!(world.written("POST"), 1);
    let record = world.finish(&saga).await;
    assert_eq!((record.status(), world.state()), (SagaStatus::RolledBack, before));
    assert_eq!((world.written("POST"), world.written("DELETE")), (1, 1));
}

#[tokio::test]
async fn a_wake_up_without_work_is_acknowledged() {
    let world = World::new().await;
    let process = world.process();
    let unknown = body(&world, "execute", &SagaId::random());
    world.deliver(&process.execute, &unknown).await.unwrap();

    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "exclusive")]).await;
    world.deliver(&process.compensate, &body(&world, "compensate", &saga)).await.unwrap();
    assert_eq!(world.saga_record(&saga).await.status(), SagaStatus::Pending, "the saga is in the other phase");
    world.finish(&saga).await;
    let (ledger, written) = (world.ledger(&saga).await, world.written("POST"));
    for _ in 0..3 {
        world.deliver(&process.execute, &body(&world, "execute", &saga)).await.unwrap();
    }
    assert_eq!((world.ledger(&saga).await, world.written("POST")), (ledger, written), "old wake-ups change nothing");

    let nothing = Message::new("execute", ALL_ACCOUNTS, world.clock.now(), "run-1").to_body();
    let refused = world.deliver(&process.execute, &nothing).await;
    assert!(matches!(refused, Err(Failure::Terminal { .. })), "{refused:?}");
}
