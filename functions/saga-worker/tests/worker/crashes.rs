//! The process dies before or after any write to the table; what comes after it goes on.

use embedded_table::CrashPoint;
use sagas::record::SagaStatus;

use crate::saga::{fail, upsert};
use crate::world::{Heard, World};

#[tokio::test]
async fn a_process_that_dies_at_any_write_leaves_a_saga_that_ends_clean() {
    let quiet = run(None).await;
    assert!(quiet >= 8, "{quiet} writes");
    for write in 1..=quiet {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            run(Some(death)).await;
        }
    }
}

/// Runs a saga over a name with a sibling, and gives the number of writes to the table.
async fn run(death: Option<CrashPoint>) -> usize {
    let world = World::new().await;
    world.add_record("shop", "192.0.2.1", 1_800);
    let before = world.state();
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "additive"), fail()]).await;
    let process = world.process();
    let requests = process.requests.clone();
    if let Some(death) = death {
        requests.crash_at(death);
    }
    world.run(process, Heard::All, async || world.saga_record(&saga).await.status().is_terminal()).await;
    let record = world.saga_record(&saga).await;
    assert_eq!((record.status(), world.state()), (SagaStatus::RolledBack, before), "{death:?}");
    assert_eq!(requests.has_crashed(), death.is_some(), "{death:?}");
    assert_eq!(world.written("POST"), 1, "{death:?}: it is there once");
    requests.counts().writes
}
