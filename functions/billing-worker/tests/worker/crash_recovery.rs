//! A process that dies at any write, and one that comes after it.

use billing::BILLING_HISTORY;
use chrono::TimeDelta;
use domain::billing::InvoiceStatus;
use embedded_table::CrashPoint;
use runtime::{Deadline, Message};
use serde_json::json;

use crate::environment::{TestEnvironment, ingest};
use crate::ingest::APRIL;

const LONG: (&str, &str) = ("2026-10", "long");

/// An invoice of three pages is known; one of two is shown if `shown`.
async fn known(shown: bool) -> TestEnvironment {
    let env = TestEnvironment::new().await;
    let account = env.sim.account("demo");
    account.add("invoices", json!({ "invoice_uuid": LONG.1, "invoice_period": LONG.0, "generate": { "lines": 150 } }));
    env.run(BILLING_HISTORY.name).await;
    if shown {
        assert_eq!(env.perform(&ingest(LONG.0, LONG.1)).await, "done");
        account.change("invoices", LONG.1, json!({ "generate": { "lines": 250, "seed": 2 } }));
    }
    env.clock.advance(TimeDelta::hours(24));
    env
}

/// What is in the table of what the message is about, after it was handled and, where it died, handled again.
async fn after(env: &TestEnvironment, message: &Message, death: Option<CrashPoint>) -> (Vec<String>, usize) {
    let (table, requests) = env.embedded.another_process();
    if let Some(death) = death {
        requests.crash_at(death);
    }
    let worker = env.worker_on(&message.worker, table);
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let result = worker.handle(message.clone(), deadline()).await;
    let writes = requests.counts().writes;
    if death.is_some() {
        assert!(requests.has_crashed(), "{death:?} comes too late: {result:?}");
        env.handle(message.clone()).await.unwrap();
    } else {
        result.unwrap();
    }
    (env.records().await, writes)
}

#[tokio::test]
async fn an_ingest_that_crashes_at_any_write_is_completed_by_the_next() {
    for shown in [false, true] {
        let undisturbed = known(shown).await;
        let message = undisturbed.task(&ingest(LONG.0, LONG.1));
        let (expected, writes) = after(&undisturbed, &message, None).await;
        assert!(writes >= if shown { 8 } else { 4 }, "{writes}: draft, pages, shown, pages retired, forgotten");
        for write in 1..=writes {
            for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
                let env = known(shown).await;
                let (records, _) = after(&env, &message, Some(death)).await;
                assert_eq!(records, expected, "{death:?} of {writes}, shown before: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_discovery_that_crashes_at_any_write_is_completed_by_the_next() {
    let undisturbed = TestEnvironment::new().await;
    let message = undisturbed.message(BILLING_HISTORY.name, "demo");
    let (expected, writes) = after(&undisturbed, &message, None).await;
    assert!(writes >= 5, "{writes}: lease, budget, an entry, a header, receipt");
    for write in 1..=writes {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let env = TestEnvironment::new().await;
            let (table, requests) = env.embedded.another_process();
            requests.crash_at(death);
            let deadline = Deadline::after(std::time::Duration::from_secs(300));
            let _ = env.worker_on(&message.worker, table).handle(message.clone(), deadline).await;
            assert!(requests.has_crashed(), "{death:?}");
            // The lease of the dead runs out.
            env.clock.advance(TimeDelta::minutes(6));
            let again = Message { scheduled_at: domain::Clock::now(env.clock.as_ref()), ..message.clone() };
            env.handle(again).await.unwrap();
            assert_eq!(env.records().await, expected, "{death:?}");
            let asked = env.drain_ingest_queue().await;
            assert!(
                (2..=4).contains(&asked),
                "{death:?}: {asked}; the whole run asked for the preview and the invoice"
            );
            let header = env.header(APRIL.0, APRIL.1).await;
            assert_eq!(header.status, InvoiceStatus::Ingested, "{death:?}");
        }
    }
}
