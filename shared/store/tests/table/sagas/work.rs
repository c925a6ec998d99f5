//! The engine at work on the table, and what that costs.

use chrono::TimeDelta;
use embedded_table::EmbeddedTable;
use sagas::record::{SagaStatus, fold};
use sagas::rim::{Journal, Lane};
use sagas::steps::STEPS;
use sagas::{Driven, Rim, Timing, Turn, drive};

use super::cloud::Calm;
use super::records::{id, saga};
use crate::fixtures::at;

#[tokio::test]
async fn an_uneventful_step_takes_four_requests_or_fewer() {
    let embedded = EmbeddedTable::start().await;
    let journal: &dyn Journal = &embedded.table;
    let (calm, timing) = (Calm::default(), Timing::default());
    let rim =
        Rim { journal, provider: &calm, bell: &calm, expectations: &calm, clock: &calm, steps: STEPS, timing: &timing };
    journal.start(&saga(1, None, at(0))).await.unwrap();
    let turn = Turn { owner: "w", lane: Lane::Execute, until: at(0) + TimeDelta::seconds(60) };
    assert_eq!(drive(&rim, &id(1), &turn).await.unwrap(), Driven::Rested(SagaStatus::Succeeded));
    let counts = embedded.requests.counts();
    let requests: usize = counts.requests.values().sum();
    println!(
        "a saga of three steps: {requests} requests to the table with its start {:?}, {} to DigitalOcean, {} announcements",
        counts.requests,
        calm.calls(),
        calm.announced()
    );
    assert!(requests <= 3 * 4, "{requests}");
    let head = journal.load(&id(1)).await.unwrap().unwrap();
    assert_eq!(fold(&journal.ledger(&id(1)).await.unwrap()).unwrap(), head.state);
}
