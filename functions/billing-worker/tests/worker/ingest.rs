use billing::{BILLING_HISTORY, INVOICE_INGEST};
use chrono::TimeDelta;
use digitalocean_sim::RequestFilter;
use domain::Money;
use domain::billing::{AmountSource, CostLine, Existence, InvoiceStatus, MatchOutcome, TieOutStatus};
use rust_decimal::Decimal;
use serde_json::json;

use crate::environment::{TestEnvironment, ingest};
use crate::inventory::{expected, put_gone, put_live};

/// Month and id of the invoice that was written by hand.
pub(crate) const APRIL: (&str, &str) = ("2026-04", "b7c0d3a2-5e41-4f68-9a17-3d2c8e60f5b4");

/// Returns the outcome of a line in the format of `expected.json`.
pub(crate) fn outcome_text(line: &CostLine) -> String {
    match &line.outcome {
        MatchOutcome::Unmatched(reason) => serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned(),
        MatchOutcome::Matched(found) => {
            let method = serde_json::to_value(found.method).unwrap();
            let gone = if found.existence == Existence::Tombstone { " gone" } else { "" };
            let (kind, id) = (&found.resource.kind, &found.resource.provider_id);
            format!("{kind} {id} {}{gone}", method.as_str().unwrap())
        }
    }
}

#[tokio::test]
async fn every_invoice_is_ingested_and_the_second_run_writes_only_receipts() {
    let env = TestEnvironment::demo_account().await;
    assert_eq!(env.run(BILLING_HISTORY.name).await, "done");
    assert_eq!(env.drain_ingest_queue().await, 138);
    let headers = env.headers().await;
    let (open, billed): (Vec<_>, Vec<_>) = headers.iter().partition(|header| header.status == InvoiceStatus::Open);
    assert_eq!((open.len(), billed.len()), (1, 137));
    let mut lines = 0;
    for header in &billed {
        let set = header.lines.as_ref().unwrap();
        assert_eq!(
            (header.status, set.tie_out.status),
            (InvoiceStatus::Ingested, TieOutStatus::Balanced),
            "{header:?}"
        );
        assert_eq!(set.counts.unexplained(), 0, "{header:?}");
        lines += set.counts.lines;
    }
    assert_eq!(lines, 1013);
    let before = env.records().await;
    env.clock.advance(TimeDelta::hours(24));
    assert_eq!(env.run(BILLING_HISTORY.name).await, "done");
    assert_eq!(env.drain_ingest_queue().await, 1, "the preview alone");
    for header in &billed {
        let task = ingest(&header.period.to_string(), header.uuid.as_str());
        assert_eq!(env.perform(&task).await, "done");
    }
    assert_eq!(env.records().await, before);
}

#[tokio::test]
async fn april_has_its_owners_and_reasons_and_balances() {
    let env = TestEnvironment::new().await;
    put_live(&env.embedded.table).await;
    put_gone(&env.embedded.table).await;
    env.run(BILLING_HISTORY.name).await;
    assert_eq!(env.perform(&ingest(APRIL.0, APRIL.1)).await, "done");
    let header = env.header(APRIL.0, APRIL.1).await;
    let lines = env.lines(&header).await;
    let expected = expected();
    assert_eq!(lines.len(), expected.len());
    for (line, expected) in lines.iter().zip(expected) {
        let found = (line.line, line.kind.to_string(), outcome_text(line));
        assert_eq!(found, (expected.line, expected.kind, expected.is), "{}", line.charge.description);
    }
    let set = header.lines.unwrap();
    assert_eq!((set.counts.lines, set.counts.matched, set.counts.explained), (33, 24, 9));
    assert_eq!(set.tie_out.status, TieOutStatus::Balanced);
    let sum: Decimal = lines.iter().map(|line| line.charge.amount.amount).sum();
    assert_eq!([header.amount, Money::usd(sum)], [Money::usd(Decimal::new(8692, 2)); 2]);
}

#[tokio::test]
async fn a_message_older_than_the_last_ingest_makes_no_request() {
    let env = TestEnvironment::new().await;
    env.run(BILLING_HISTORY.name).await;
    let early = env.task(&ingest(APRIL.0, APRIL.1));
    env.clock.advance(TimeDelta::seconds(1));
    env.perform(&ingest(APRIL.0, APRIL.1)).await;
    let (requests, before) = (env.request_count(), env.embedded.dump().await);
    env.handle(early).await.unwrap();
    assert_eq!((env.request_count(), env.embedded.dump().await), (requests, before));
}

#[tokio::test]
async fn an_invoice_missing_from_the_history_is_read_again_when_listed_there() {
    let env = TestEnvironment::new().await;
    let entry = env.sim.account("demo").get("billing_history", APRIL.1).unwrap();
    env.sim.account("demo").remove("billing_history", APRIL.1);
    env.run(BILLING_HISTORY.name).await;
    env.drain_ingest_queue().await;
    let tie_out = env.header(APRIL.0, APRIL.1).await.lines.unwrap().tie_out;
    assert_eq!((tie_out.status, tie_out.missing), (TieOutStatus::Incomplete, vec![AmountSource::History]));
    let next_day = |messages: usize| {
        env.clock.advance(TimeDelta::hours(24));
        let env = &env;
        async move {
            env.run(BILLING_HISTORY.name).await;
            assert_eq!(env.drain_ingest_queue().await, messages);
            env.header(APRIL.0, APRIL.1).await.lines.unwrap().tie_out.status
        }
    };
    assert_eq!(
        next_day(1).await,
        TieOutStatus::Incomplete,
        "without an entry in the history, the invoice is not read again"
    );
    env.sim.account("demo").add("billing_history", entry);
    assert_eq!(next_day(2).await, TieOutStatus::Balanced);
    assert_eq!(next_day(1).await, TieOutStatus::Balanced);
}

#[tokio::test]
async fn a_changed_amount_is_read_again_and_a_difference_is_reported() {
    let env = TestEnvironment::new().await;
    env.run(BILLING_HISTORY.name).await;
    env.drain_ingest_queue().await;
    env.sim.account("demo").change("invoices", APRIL.1, json!({ "amount": "86.93" }));
    env.clock.advance(TimeDelta::hours(24));
    env.run(BILLING_HISTORY.name).await;
    let pending = env.header(APRIL.0, APRIL.1).await;
    assert_eq!(
        (pending.status, pending.lines.is_some()),
        (InvoiceStatus::Pending, true),
        "the previous lines stay published"
    );
    assert_eq!(env.drain_ingest_queue().await, 2);
    let header = env.header(APRIL.0, APRIL.1).await;
    let tie_out = header.lines.unwrap().tie_out;
    assert_eq!((header.status, tie_out.status), (InvoiceStatus::Ingested, TieOutStatus::Differs));
    let differences: Vec<_> = tie_out.differences.iter().map(|d| (d.source, d.difference)).collect();
    assert_eq!(differences, [(AmountSource::Invoice, Money::usd(Decimal::new(1, 2)))]);
}

#[tokio::test]
async fn a_long_invoice_is_joined_and_published_completely() {
    let env = TestEnvironment::new().await;
    let long =
        json!({ "invoice_uuid": "long", "invoice_period": "2026-10", "generate": { "lines": 1_234, "seed": 7 } });
    env.sim.account("demo").add("invoices", long);
    env.run(BILLING_HISTORY.name).await;
    assert_eq!(env.perform(&ingest("2026-10", "long")).await, "done");
    let header = env.header("2026-10", "long").await;
    let lines = env.lines(&header).await;
    assert_eq!((lines.len(), header.lines.unwrap().tie_out.status), (1_234, TieOutStatus::Balanced));
    let droplets = lines.iter().filter(|line| line.charge.product == "Droplets");
    assert!(droplets.clone().all(|line| line.item.resource_id.is_some()), "every droplet line has an id");
    assert!(droplets.count() > 500);
    assert_eq!(env.sim.requests().count(&RequestFilter::path("/v2/customers/my/invoices/long/csv")), 1);
}

#[tokio::test]
async fn an_unknown_invoice_needs_the_operator() {
    let env = TestEnvironment::new().await;
    assert_eq!(env.perform(&ingest("2026-04", "unknown")).await, "terminal");
    let message = env.message(INVOICE_INGEST.name, "demo").with_fields(json!({ "task": "paint" })).unwrap();
    assert!(matches!(env.handle(message).await, Err(runtime::Failure::Terminal { .. })));
    assert_eq!(env.request_count(), 0);
}
