//! Crash recovery: a process crashes before or after any write, and the next run completes the
//! work.

use billing::BILLING_HISTORY;
use chrono::TimeDelta;
use domain::billing::InvoiceStatus;
use embedded_table::CrashPoint;
use runtime::{Deadline, Message};
use serde_json::json;
use worker::MessageHandler;

use crate::environment::{TestEnvironment, ingest};
use crate::ingest::APRIL;

const LONG: (&str, &str) = ("2026-10", "long");

/// An environment with a listed invoice of 150 lines. With `published`, that invoice is ingested
/// and has 250 other lines now.
async fn environment(published: bool) -> TestEnvironment {
    let env = TestEnvironment::new().await;
    let account = env.sim.account("demo");
    account.add("invoices", json!({ "invoice_uuid": LONG.1, "invoice_period": LONG.0, "generate": { "lines": 150 } }));
    env.run(BILLING_HISTORY.name).await;
    if published {
        assert_eq!(env.perform(&ingest(LONG.0, LONG.1)).await, "done");
        account.change("invoices", LONG.1, json!({ "generate": { "lines": 250, "seed": 2 } }));
    }
    env.clock.advance(TimeDelta::hours(24));
    env
}

/// Returns the records after the message was handled, and the number of writes. With a crash point,
/// the message is handled a second time after the crash.
async fn after(env: &TestEnvironment, message: &Message, crash: Option<CrashPoint>) -> (Vec<String>, usize) {
    let (table, requests) = env.embedded.another_process();
    if let Some(crash) = crash {
        requests.crash_at(crash);
    }
    let worker = env.worker_on(&message.worker, &table);
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let result = worker.handle(message.clone(), deadline()).await;
    let writes = requests.counts().writes;
    if crash.is_some() {
        assert!(requests.has_crashed(), "{crash:?} was not reached: {result:?}");
        env.handle(message.clone()).await.unwrap();
    } else {
        result.unwrap();
    }
    (env.records().await, writes)
}

#[tokio::test]
async fn an_ingest_that_crashes_at_any_write_is_completed_by_the_next() {
    for published in [false, true] {
        let undisturbed = environment(published).await;
        let message = undisturbed.task(&ingest(LONG.0, LONG.1));
        let (expected, writes) = after(&undisturbed, &message, None).await;
        assert!(
            writes >= if published { 8 } else { 4 },
            "{writes}: staged revision, pages, publication, pages expired, revision removed"
        );
        for write in 1..=writes {
            for crash in [CrashPoint::Before(write), CrashPoint::After(write)] {
                let env = environment(published).await;
                let (records, _) = after(&env, &message, Some(crash)).await;
                assert_eq!(records, expected, "{crash:?} of {writes}, published before: {published}");
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
        for crash in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let env = TestEnvironment::new().await;
            let (table, requests) = env.embedded.another_process();
            requests.crash_at(crash);
            let deadline = Deadline::after(std::time::Duration::from_secs(300));
            let _ = env.worker_on(&message.worker, &table).handle(message.clone(), deadline).await;
            assert!(requests.has_crashed(), "{crash:?}");
            // The lease of the crashed process expires.
            env.clock.advance(TimeDelta::minutes(6));
            let again = Message { scheduled_at: domain::Clock::now(env.clock.as_ref()), ..message.clone() };
            env.handle(again).await.unwrap();
            assert_eq!(env.records().await, expected, "{crash:?}");
            let messages = env.drain_ingest_queue().await;
            assert!(
                (2..=4).contains(&messages),
                "{crash:?}: {messages}; an undisturbed run requests the preview and the invoice"
            );
            let header = env.header(APRIL.0, APRIL.1).await;
            assert_eq!(header.status, InvoiceStatus::Ingested, "{crash:?}");
        }
    }
}
