use std::collections::BTreeSet;

use billing::{INVOICE_INGEST, Task};
use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault};
use domain::billing::InvoiceStatus;
use domain::{Clock, SweepStatus};
use runtime::Message;
use runtime::batch::SqsMetadata;
use serde_json::json;

use crate::environment::{INGEST, TestEnvironment, demo};

const NAME: &str = "billing-history";

/// Returns the tasks sent to invoice-ingest, from the message with this index on.
fn sent_tasks(env: &TestEnvironment, from: usize) -> Vec<Task> {
    let sent = env.queue.sent(INGEST);
    let task = |message: &runtime::OutgoingMessage| {
        let parsed = Message::parse(message.body.as_bytes(), INVOICE_INGEST.name, &SqsMetadata::default()).unwrap();
        assert_eq!((parsed.account.as_str(), parsed.attempt), ("demo", 0));
        parsed.typed::<Task>().unwrap().fields
    };
    sent[from..].iter().map(task).collect()
}

#[tokio::test]
async fn every_invoice_and_the_preview_are_requested() {
    let env = TestEnvironment::demo_account().await;
    assert_eq!(env.run(NAME).await, "done");
    let headers = env.headers().await;
    assert_eq!(headers.len(), 137);
    assert!(headers.iter().all(|header| header.status == InvoiceStatus::Pending && header.invoice_id.is_some()));
    let tasks = sent_tasks(&env, 0);
    assert_eq!((tasks.len(), tasks.first()), (138, Some(&Task::Preview)));
    let invoices: BTreeSet<_> = tasks[1..].iter().map(|task| serde_json::to_string(task).unwrap()).collect();
    assert_eq!(invoices.len(), 137, "each invoice once");
    let entries = env.embedded.table.history(&[demo()], None, 1000).await.unwrap().items;
    let types: BTreeSet<_> = entries.iter().map(|entry| entry.entry_type.0.as_str()).collect();
    let expected = BTreeSet::from(["Adjustment", "Credit", "CreditExpiration", "Invoice", "Payment", "Refund"]);
    assert_eq!(types, expected);
    assert_eq!(entries.iter().filter(|entry| entry.entry_type.is_invoice()).count(), 137);
    let receipt = env.sync_state(NAME).await.unwrap().last_complete.unwrap();
    assert_eq!(receipt.status, SweepStatus::Complete);
    assert_eq!(receipt.items as usize, entries.len() + 137);
    assert_eq!(receipt.changes.discovered, receipt.items);
}

#[tokio::test]
async fn a_run_without_changes_writes_its_receipt_and_requests_pending_invoices_again() {
    let env = TestEnvironment::demo_account().await;
    env.run(NAME).await;
    let before = env.records().await;
    env.clock.advance(TimeDelta::hours(24));
    assert_eq!(env.run(NAME).await, "done");
    assert_eq!(env.records().await, before);
    assert_eq!(sent_tasks(&env, 138).len(), 138);
    let receipt = env.sync_state(NAME).await.unwrap().last_complete.unwrap();
    assert_eq!((receipt.started_at, receipt.changes.total()), (env.clock.now(), 0));
}

#[tokio::test]
async fn an_unknown_type_of_entry_is_kept_and_equal_entries_are_two() {
    let env = TestEnvironment::new().await;
    let entry =
        json!({ "date": "2026-11-20T08:00:00Z", "type": "Cashback", "description": "Thanks", "amount": "-1.00" });
    for _ in 0..2 {
        env.sim.account("demo").add("billing_history", entry.clone());
    }
    for _ in 0..2 {
        assert_eq!(env.run(NAME).await, "done");
        let entries = env.embedded.table.history(&[demo()], None, 1000).await.unwrap().items;
        assert_eq!(entries.iter().filter(|entry| entry.entry_type.0 == "Cashback").count(), 2);
        env.clock.advance(TimeDelta::seconds(1));
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_not_an_absence() {
    for path in ["/v2/customers/my/billing_history", "/v2/customers/my/invoices"] {
        for (effect, expected) in [(Effect::status(503), "retry"), (Effect::status(403), "done")] {
            let env = TestEnvironment::new().await;
            env.run(NAME).await;
            env.clock.advance(TimeDelta::hours(24));
            let before = env.records().await;
            env.sim.faults().add(Fault::on(path, effect));
            assert_eq!(env.run(NAME).await, expected, "{path}");
            assert_eq!((env.records().await, sent_tasks(&env, 2)), (before, vec![]), "{path}");
            let state = env.sync_state(NAME).await.unwrap();
            assert_ne!(state.last.unwrap().status, SweepStatus::Complete, "{path}");
        }
    }
}

#[tokio::test]
async fn a_queue_that_rejects_messages_is_retried_and_the_run_is_incomplete() {
    let env = TestEnvironment::new().await;
    env.queue.refuse(INGEST);
    assert_eq!(env.run(NAME).await, "retry");
    let state = env.sync_state(NAME).await.unwrap();
    assert_eq!((state.last.unwrap().status, state.last_complete), (SweepStatus::Failed, None));
}
