//! Crashes before or after any write to the table, after which another process continues.

use embedded_table::CrashPoint;
use sagas::record::SagaStatus;

use crate::saga::{fail, upsert};
use crate::world::{DeliveredWakeUps, World};

#[tokio::test]
async fn a_saga_ends_clean_after_a_crash_at_any_write() {
    let undisturbed = run(None).await;
    assert!(undisturbed >= 8, "{undisturbed} writes");
    for write in 1..=undisturbed {
        for crash in [CrashPoint::Before(write), CrashPoint::After(write)] {
            run(Some(crash)).await;
        }
    }
}

/// Runs a saga on a name with a sibling record, and returns the number of writes to the table.
async fn run(crash: Option<CrashPoint>) -> usize {
    let world = World::new().await;
    world.add_record("shop", "192.0.2.1", 1_800);
    let before = world.state();
    let saga = world.start(&[upsert("shop", "192.0.2.9", 300, "additive"), fail()]).await;
    let process = world.process();
    let requests = process.requests.clone();
    if let Some(crash) = crash {
        requests.crash_at(crash);
    }
    world.run(process, DeliveredWakeUps::All, async || world.saga_record(&saga).await.status().is_terminal()).await;
    let record = world.saga_record(&saga).await;
    assert_eq!((record.status(), world.state()), (SagaStatus::RolledBack, before), "{crash:?}");
    assert_eq!(requests.has_crashed(), crash.is_some(), "{crash:?}");
    assert_eq!(world.written("POST"), 1, "{crash:?}: the record is created once");
    requests.counts().writes
}
