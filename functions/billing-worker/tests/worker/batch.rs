use billing::BILLING_HISTORY;
use chrono::TimeDelta;
use domain::billing::InvoiceStatus;
use embedded_table::EmbeddedTable;
use test_support::{DLQ, read_event, reason, run_events};

use crate::environment::TestEnvironment;
use crate::ingest::APRIL;

const NAME: &str = "invoice-ingest";

/// An environment in which all invoices are listed and none is ingested.
async fn env() -> TestEnvironment {
    let env = TestEnvironment::demo_account().await;
    env.clock.advance(TimeDelta::minutes(-1));
    assert_eq!(env.run(BILLING_HISTORY.name).await, "done");
    env.clock.advance(TimeDelta::minutes(1));
    env
}

/// Runs a batch of `events/`, and returns the ids of the messages to be delivered again.
async fn run(env: &TestEnvironment, case: &str) -> Vec<String> {
    let worker = env.worker(NAME);
    let again = run_events(&worker, &worker.services.config, env.queue.clone(), "billing-worker", case).await;
    env.assert_no_token(&again.concat()).await;
    again
}

async fn pages(embedded: &EmbeddedTable) -> usize {
    embedded.dump().await.iter().filter(|item| item.starts_with("LINES#")).count()
}

#[tokio::test]
async fn happy() {
    let env = env().await;
    assert_eq!(run(&env, "happy").await, [""; 0]);
    assert_eq!(env.queue.sent(DLQ), vec![]);
    assert_eq!(env.header(APRIL.0, APRIL.1).await.status, InvoiceStatus::Ingested);
    assert_eq!(pages(&env.embedded).await, 1);
}

#[tokio::test]
async fn duplicate() {
    let (once, twice) = (env().await, env().await);
    run(&once, "happy").await;
    assert_eq!(run(&twice, "duplicate").await, [""; 0]);
    assert_eq!(twice.request_count(), once.request_count(), "the second delivery makes no request to DigitalOcean");
    assert_eq!(twice.records().await, once.records().await);
    assert_eq!(twice.queue.sent(DLQ), vec![]);
}

#[tokio::test]
async fn malformed() {
    let env = env().await;
    let (requests, before) = (env.request_count(), env.embedded.dump().await);
    assert_eq!(run(&env, "malformed").await, [""; 0], "a retry cannot succeed");
    let letters = env.queue.sent(DLQ);
    let says = ["EOF while parsing", "at worker", "at account", "at v: version 2", "not a message of this worker"];
    let records = read_event("billing-worker", "malformed").records;
    assert_eq!((letters.len(), records.len()), (says.len(), says.len()));
    for ((letter, record), says) in letters.iter().zip(records).zip(says) {
        assert!(reason(letter).contains(says), "{}", reason(letter));
        assert_eq!(Some(&letter.body), record.body.as_ref(), "the body is unchanged");
    }
    assert_eq!((env.request_count(), env.embedded.dump().await), (requests, before));
}

/// A batch of four invoices: one is ingested, the CSV of the second is malformed, that of the third
/// is unavailable (503), and the fourth is unknown.
#[tokio::test]
async fn partial_batch() {
    let env = env().await;
    let headers = env.headers().await;
    let uuid_of =
        |month: &str| headers.iter().find(|header| header.period.to_string() == month).unwrap().uuid.to_string();
    let account = env.sim.account("demo");
    account.change(
        "invoices",
        &uuid_of("2026-05"),
        serde_json::json!({ "csv": "product,description,USD\nDroplets,web,free\n" }),
    );
    let path = format!("/v2/customers/my/invoices/{}/csv", uuid_of("2026-06"));
    env.sim.faults().add(digitalocean_sim::Fault::on(&path, digitalocean_sim::Effect::status(503)));
    assert_eq!(
        run(&env, "partial-batch").await,
        ["8b1a9953-c461-4d8f-9d4e-3f1c2b7a6e55"],
        "only the unavailable one is retried"
    );
    let letters = env.queue.sent(DLQ);
    assert_eq!(letters.len(), 2);
    assert!(reason(&letters[0]).contains("line 2, column USD"), "{}", reason(&letters[0]));
    assert!(reason(&letters[1]).contains("run billing-history"), "{}", reason(&letters[1]));
    for (month, status) in
        [("2026-04", InvoiceStatus::Ingested), ("2026-05", InvoiceStatus::Failed), ("2026-06", InvoiceStatus::Failed)]
    {
        let header = env.header(month, &uuid_of(month)).await;
        assert_eq!((header.status, header.error.is_some()), (status, status == InvoiceStatus::Failed), "{month}");
    }
}
