//! A process that dies at any write, and one that comes after it.

use billing::BILLING_HISTORY;
use chrono::TimeDelta;
use domain::billing::InvoiceStatus;
use embedded_table::CrashPoint;
use runtime::{Deadline, Message};
use serde_json::json;

use crate::ingest::APRIL;
use crate::world::{World, ingest};

const LONG: (&str, &str) = ("2026-10", "long");

/// An invoice of three pages is known; one of two is shown if `shown`.
async fn known(shown: bool) -> World {
    let world = World::new().await;
    let account = world.sim.account("demo");
    account.add("invoices", json!({ "invoice_uuid": LONG.1, "invoice_period": LONG.0, "generate": { "lines": 150 } }));
    world.run(BILLING_HISTORY.name).await;
    if shown {
        assert_eq!(world.perform(&ingest(LONG.0, LONG.1)).await, "done");
        account.change("invoices", LONG.1, json!({ "generate": { "lines": 250, "seed": 2 } }));
    }
    world.clock.advance(TimeDelta::hours(24));
    world
}

/// What is in the table of what the message is about, after it was handled and, where it died, handled again.
async fn after(world: &World, message: &Message, death: Option<CrashPoint>) -> (Vec<String>, usize) {
    let (table, requests) = world.embedded.another_process();
    if let Some(death) = death {
        requests.crash_at(death);
    }
    let worker = world.worker_on(&message.worker, table);
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let result = worker.handle(message.clone(), deadline()).await;
    let writes = requests.counts().writes;
    if death.is_some() {
        assert!(requests.has_crashed(), "{death:?} comes too late: {result:?}");
        world.handle(message.clone()).await.unwrap();
    } else {
        result.unwrap();
    }
    (world.records().await, writes)
}

#[tokio::test]
async fn an_ingest_that_dies_at_any_write_is_made_up_for_to_the_byte() {
    for shown in [false, true] {
        let undisturbed = known(shown).await;
        let message = undisturbed.task(&ingest(LONG.0, LONG.1));
        let (expected, writes) = after(&undisturbed, &message, None).await;
        assert!(writes >= if shown { 8 } else { 4 }, "{writes}: draft, pages, shown, pages retired, forgotten");
        for write in 1..=writes {
            for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
                let world = known(shown).await;
                let (records, _) = after(&world, &message, Some(death)).await;
                assert_eq!(records, expected, "{death:?} of {writes}, shown before: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_discovery_that_dies_at_any_write_is_made_up_for_to_the_byte() {
    let undisturbed = World::new().await;
    let message = undisturbed.message(BILLING_HISTORY.name, "demo");
    let (expected, writes) = after(&undisturbed, &message, None).await;
    assert!(writes >= 5, "{writes}: lease, budget, an entry, a head, receipt");
    for write in 1..=writes {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let world = World::new().await;
            let (table, requests) = world.embedded.another_process();
            requests.crash_at(death);
            let deadline = Deadline::after(std::time::Duration::from_secs(300));
            let _ = world.worker_on(&message.worker, table).handle(message.clone(), deadline).await;
            assert!(requests.has_crashed(), "{death:?}");
            // The lease of the dead runs out.
            world.clock.advance(TimeDelta::minutes(6));
            let again = Message { scheduled_at: domain::Clock::now(world.clock.as_ref()), ..message.clone() };
            world.handle(again).await.unwrap();
            assert_eq!(world.records().await, expected, "{death:?}");
            let asked = world.work_off().await;
            assert!(
                (2..=4).contains(&asked),
                "{death:?}: {asked}; the whole run asked for the preview and the invoice"
            );
            let head = world.head(APRIL.0, APRIL.1).await;
            assert_eq!(head.status, InvoiceStatus::Ingested, "{death:?}");
        }
    }
}
