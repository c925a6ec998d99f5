//! The engine on the table, and the number of requests it takes.

use chrono::TimeDelta;
use embedded_table::EmbeddedTable;
use sagas::ports::SagaStore;
use sagas::record::{Phase, SagaStatus, fold};
use sagas::steps::STEPS;
use sagas::{DriveOutcome, Ports, Timing, WorkerSession, drive};

use super::fault_free_ports::FaultFreePorts;
use super::records::{id, saga};
use crate::fixtures::at;

#[tokio::test]
async fn an_uneventful_step_takes_four_requests_or_fewer() {
    let embedded = EmbeddedTable::start().await;
    let saga_store: &dyn SagaStore = &embedded.table;
    let (fault_free, timing) = (FaultFreePorts::default(), Timing::default());
    let ports = Ports {
        saga_store,
        provider: &fault_free,
        notifier: &fault_free,
        expectations: &fault_free,
        clock: &fault_free,
        steps: STEPS,
        timing: &timing,
    };
    saga_store.start(&saga(1, None, at(0))).await.unwrap();
    let session = WorkerSession { owner: "w", phase: Phase::Forward, until: at(0) + TimeDelta::seconds(60) };
    assert_eq!(drive(&ports, &id(1), &session).await.unwrap(), DriveOutcome::Parked(SagaStatus::Succeeded));
    let counts = embedded.requests.counts();
    let requests: usize = counts.requests.values().sum();
    println!(
        "a saga of three steps: {requests} requests to the table with its start {:?}, {} to DigitalOcean, {} announcements",
        counts.requests,
        fault_free.calls(),
        fault_free.announced()
    );
    assert!(requests <= 3 * 4, "{requests}");
    let record = saga_store.load(&id(1)).await.unwrap().unwrap();
    assert_eq!(fold(&saga_store.ledger(&id(1)).await.unwrap()).unwrap(), record.state);
}
