use billing::{BILLING_HISTORY, INVOICE_INGEST};
use chrono::TimeDelta;
use digitalocean_sim::RequestFilter;
use domain::Money;
use domain::billing::{AmountSource, CostLine, Existence, InvoiceStatus, MatchOutcome, TieOutStatus};
use rust_decimal::Decimal;
use serde_json::json;

use crate::inventory::{expected, put_gone, put_live};
use crate::world::{World, ingest};

/// The invoice that was written by hand.
pub(crate) const APRIL: (&str, &str) = ("2026-04", "b7c0d3a2-5e41-4f68-9a17-3d2c8e60f5b4");

/// A line's outcome as the expectations write it.
pub(crate) fn shown(line: &CostLine) -> String {
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
async fn every_invoice_is_taken_in_and_the_second_time_writes_nothing_but_receipts() {
    let world = World::whole().await;
    assert_eq!(world.run(BILLING_HISTORY.name).await, "done");
    assert_eq!(world.work_off().await, 138);
    let heads = world.heads().await;
    let (open, billed): (Vec<_>, Vec<_>) = heads.iter().partition(|head| head.status == InvoiceStatus::Open);
    assert_eq!((open.len(), billed.len()), (1, 137));
    let mut lines = 0;
    for head in &billed {
        let set = head.lines.as_ref().unwrap();
        assert_eq!((head.status, set.tie_out.status), (InvoiceStatus::Ingested, TieOutStatus::Balanced), "{head:?}");
        assert_eq!(set.counts.unexplained(), 0, "{head:?}");
        lines += set.counts.lines;
    }
    assert_eq!(lines, 1013);
    let before = world.records().await;
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.run(BILLING_HISTORY.name).await, "done");
    assert_eq!(world.work_off().await, 1, "the preview alone");
    for head in &billed {
        let task = ingest(&head.period.to_string(), head.uuid.as_str());
        assert_eq!(world.perform(&task).await, "done");
    }
    assert_eq!(world.records().await, before);
}

#[tokio::test]
async fn april_has_its_owners_and_reasons_and_balances() {
    let world = World::new().await;
    put_live(&world.embedded.table).await;
    put_gone(&world.embedded.table).await;
    world.run(BILLING_HISTORY.name).await;
    assert_eq!(world.perform(&ingest(APRIL.0, APRIL.1)).await, "done");
    let head = world.head(APRIL.0, APRIL.1).await;
    let lines = world.lines(&head).await;
    let expected = expected();
    assert_eq!(lines.len(), expected.len());
    for (line, expected) in lines.iter().zip(expected) {
        let found = (line.line, line.kind.to_string(), shown(line));
        assert_eq!(found, (expected.line, expected.kind, expected.is), "{}", line.charge.description);
    }
    let set = head.lines.unwrap();
    assert_eq!((set.counts.lines, set.counts.matched, set.counts.explained), (33, 24, 9));
    assert_eq!(set.tie_out.status, TieOutStatus::Balanced);
    let sum: Decimal = lines.iter().map(|line| line.charge.amount.amount).sum();
    assert_eq!([head.amount, Money::usd(sum)], [Money::usd(Decimal::new(8692, 2)); 2]);
}

#[tokio::test]
async fn a_message_older_than_what_it_asks_for_costs_no_request() {
    let world = World::new().await;
    world.run(BILLING_HISTORY.name).await;
    let early = world.task(&ingest(APRIL.0, APRIL.1));
    world.clock.advance(TimeDelta::seconds(1));
    world.perform(&ingest(APRIL.0, APRIL.1)).await;
    let (asked, before) = (world.asked(), world.embedded.dump().await);
    world.handle(early).await.unwrap();
    assert_eq!((world.asked(), world.embedded.dump().await), (asked, before));
}

#[tokio::test]
async fn an_invoice_that_the_history_lacks_is_read_again_when_it_has_it() {
    let world = World::new().await;
    let entry = world.sim.account("demo").get("billing_history", APRIL.1).unwrap();
    world.sim.account("demo").remove("billing_history", APRIL.1);
    world.run(BILLING_HISTORY.name).await;
    world.work_off().await;
    let tie_out = world.head(APRIL.0, APRIL.1).await.lines.unwrap().tie_out;
    assert_eq!((tie_out.status, tie_out.missing), (TieOutStatus::Incomplete, vec![AmountSource::History]));
    let again = |asks: usize| {
        world.clock.advance(TimeDelta::hours(24));
        let world = &world;
        async move {
            world.run(BILLING_HISTORY.name).await;
            assert_eq!(world.work_off().await, asks);
            world.head(APRIL.0, APRIL.1).await.lines.unwrap().tie_out.status
        }
    };
    assert_eq!(again(1).await, TieOutStatus::Incomplete, "as long as it is not there, nothing is read again");
    world.sim.account("demo").add("billing_history", entry);
    assert_eq!(again(2).await, TieOutStatus::Balanced);
    assert_eq!(again(1).await, TieOutStatus::Balanced);
}

#[tokio::test]
async fn an_amount_that_changes_is_read_again_and_a_difference_is_told() {
    let world = World::new().await;
    world.run(BILLING_HISTORY.name).await;
    world.work_off().await;
    world.sim.account("demo").change("invoices", APRIL.1, json!({ "amount": "86.93" }));
    world.clock.advance(TimeDelta::hours(24));
    world.run(BILLING_HISTORY.name).await;
    let pending = world.head(APRIL.0, APRIL.1).await;
    assert_eq!((pending.status, pending.lines.is_some()), (InvoiceStatus::Pending, true), "lines of before are shown");
    assert_eq!(world.work_off().await, 2);
    let head = world.head(APRIL.0, APRIL.1).await;
    let tie_out = head.lines.unwrap().tie_out;
    assert_eq!((head.status, tie_out.status), (InvoiceStatus::Ingested, TieOutStatus::Differs));
    let differences: Vec<_> = tie_out.differences.iter().map(|d| (d.source, d.difference)).collect();
    assert_eq!(differences, [(AmountSource::Invoice, Money::usd(Decimal::new(1, 2)))]);
}

#[tokio::test]
async fn a_long_invoice_is_joined_and_shown_whole() {
    let world = World::new().await;
    let long =
        json!({ "invoice_uuid": "long", "invoice_period": "2026-10", "generate": { "lines": 1_234, "seed": 7 } });
    world.sim.account("demo").add("invoices", long);
    world.run(BILLING_HISTORY.name).await;
    assert_eq!(world.perform(&ingest("2026-10", "long")).await, "done");
    let head = world.head("2026-10", "long").await;
    let lines = world.lines(&head).await;
    assert_eq!((lines.len(), head.lines.unwrap().tie_out.status), (1_234, TieOutStatus::Balanced));
    let droplets = lines.iter().filter(|line| line.charge.product == "Droplets");
    assert!(droplets.clone().all(|line| line.item.resource_id.is_some()), "every droplet has its id");
    assert!(droplets.count() > 500);
    assert_eq!(world.sim.requests().count(&RequestFilter::path("/v2/customers/my/invoices/long/csv")), 1);
}

#[tokio::test]
async fn an_invoice_that_nobody_knows_is_a_persons_matter() {
    let world = World::new().await;
    assert_eq!(world.perform(&ingest("2026-04", "unheard-of")).await, "terminal");
    let message = world.message(INVOICE_INGEST.name, "demo").with_fields(json!({ "task": "paint" })).unwrap();
    assert!(matches!(world.handle(message).await, Err(runtime::Failure::Terminal { .. })));
    assert_eq!(world.asked(), 0);
}
