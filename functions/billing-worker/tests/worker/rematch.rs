use billing::{BILLING_HISTORY, INVOICE_INGEST, Task};
use chrono::TimeDelta;
use domain::InvoiceUuid;
use domain::billing::InvoiceStatus;
use worker::MessageHandler;

use crate::environment::{TestEnvironment, ingest, period};
use crate::ingest::{APRIL, outcome_text};
use crate::inventory::{expected, put_gone, put_live};

fn rematch() -> Task {
    Task::Rematch { period: period(APRIL.0), invoice: InvoiceUuid::new(APRIL.1).unwrap() }
}

/// An environment in which the invoice of April was ingested while only live resources were in the
/// inventory, one day later.
async fn ingested() -> TestEnvironment {
    let env = TestEnvironment::new().await;
    put_live(&env.embedded.table).await;
    env.run(BILLING_HISTORY.name).await;
    env.perform(&ingest(APRIL.0, APRIL.1)).await;
    env.clock.advance(TimeDelta::hours(24));
    env
}

#[tokio::test]
async fn a_rematch_uses_the_current_inventory_and_a_later_ingest_keeps_it() {
    let env = ingested().await;
    let counts = env.header(APRIL.0, APRIL.1).await.lines.unwrap().counts;
    assert_eq!((counts.lines, counts.matched, counts.explained), (33, 19, 14));
    let (requests, before) = (env.request_count(), env.records().await);
    assert_eq!(env.perform(&rematch()).await, "done");
    assert_eq!(
        (env.request_count(), env.records().await),
        (requests, before),
        "with an unchanged inventory nothing is written or requested"
    );
    put_gone(&env.embedded.table).await;
    env.clock.advance(TimeDelta::seconds(1));
    assert_eq!(env.perform(&rematch()).await, "done");
    let header = env.header(APRIL.0, APRIL.1).await;
    let counts = header.lines.as_ref().unwrap().counts;
    assert_eq!((counts.lines, counts.matched, counts.explained), (33, 24, 9));
    let found: Vec<String> = env.lines(&header).await.iter().map(outcome_text).collect();
    assert_eq!(found, expected().into_iter().map(|line| line.is).collect::<Vec<_>>());
    let rematched = env.records().await;
    for task in [rematch(), ingest(APRIL.0, APRIL.1), rematch()] {
        env.clock.advance(TimeDelta::seconds(1));
        assert_eq!(env.perform(&task).await, "done");
        assert_eq!(env.records().await, rematched, "{task:?}");
    }
}

#[tokio::test]
async fn an_ingest_and_a_rematch_with_the_same_inventory_agree() {
    let (read, matched) = (ingested().await, ingested().await);
    for (env, task) in [(&read, ingest(APRIL.0, APRIL.1)), (&matched, rematch())] {
        put_gone(&env.embedded.table).await;
        assert_eq!(env.perform(&task).await, "done");
    }
    assert_eq!(read.records().await, matched.records().await);
}

#[tokio::test]
async fn the_nightly_run_schedules_rematches_of_unmatched_lines() {
    let env = ingested().await;
    let before = env.queue.sent(crate::environment::INGEST).len();
    assert_eq!(env.run(INVOICE_INGEST.name).await, "done");
    let sent = env.queue.sent(crate::environment::INGEST);
    let bodies: Vec<serde_json::Value> =
        sent[before..].iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    let [body] = &bodies[..] else { panic!("only the ingested invoice is matched again: {bodies:?}") };
    assert_eq!(
        (&body["task"], &body["invoice"], &body["period"]),
        (&"rematch".into(), &APRIL.1.into(), &APRIL.0.into())
    );
    let receipt = env.sync_state(INVOICE_INGEST.name).await.unwrap().last_complete.unwrap();
    assert_eq!(receipt.items, 1);
}

#[tokio::test]
async fn a_rematch_skips_pending_and_recently_matched_invoices() {
    let env = TestEnvironment::new().await;
    env.run(BILLING_HISTORY.name).await;
    let (requests, before) = (env.request_count(), env.records().await);
    assert_eq!(env.perform(&rematch()).await, "done");
    assert_eq!(env.header(APRIL.0, APRIL.1).await.status, InvoiceStatus::Pending);
    assert_eq!((env.request_count(), env.records().await), (requests, before));
    let early = env.task(&rematch());
    env.clock.advance(TimeDelta::seconds(1));
    env.perform(&ingest(APRIL.0, APRIL.1)).await;
    put_live(&env.embedded.table).await;
    let before = env.records().await;
    env.handle(early).await.unwrap();
    assert_eq!(env.records().await, before, "the message is older than the ingest");
}

#[tokio::test]
async fn the_inventory_is_read_once_a_run_and_again_for_a_later_run() {
    let env = TestEnvironment::new().await;
    env.run(BILLING_HISTORY.name).await;
    let (table, requests) = env.embedded.another_process();
    let worker = env.worker_on(INVOICE_INGEST.name, &table);
    let mut queries = Vec::new();
    for later in [0, 0, 1] {
        env.clock.advance(TimeDelta::seconds(later));
        requests.reset();
        for task in [ingest(APRIL.0, APRIL.1), Task::Preview] {
            let deadline = runtime::Deadline::after(std::time::Duration::from_secs(300));
            worker.handle(env.task(&task), deadline).await.unwrap();
        }
        queries.push(requests.counts().requests["Query"]);
    }
    let kinds = billing_worker::owner_kinds().len();
    assert_eq!([queries[0], queries[2]].map(|all| all - queries[1]), [kinds; 2], "{queries:?}");
}
