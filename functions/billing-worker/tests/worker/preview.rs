use billing::{BILLING_HISTORY, Task};
use chrono::TimeDelta;
use domain::Money;
use domain::billing::{AmountSource, Invoice, InvoiceStatus, TieOutStatus};
use embedded_table::CrashPoint;
use runtime::Deadline;
use rust_decimal::Decimal;
use serde_json::json;

use crate::world::{World, demo, ingest, period};

/// The month that runs in the demo account.
const MONTH: &str = "2026-11";

async fn of_month(world: &World) -> Vec<Invoice> {
    world.embedded.table.invoices_in(&demo(), period(MONTH)).await.unwrap()
}

async fn the_one(world: &World) -> Invoice {
    let [invoice] = <[Invoice; 1]>::try_from(of_month(world).await).unwrap();
    invoice
}

/// The demo account after the month's preview was taken in and the month was billed, as another invoice or under the preview's own id.
async fn billed(same_id: bool) -> (World, Invoice, String) {
    let world = World::new().await;
    assert_eq!(world.perform(&Task::Preview).await, "done");
    let preview = the_one(&world).await;
    let account = world.sim.account("demo");
    account.remove("invoices", preview.uuid.as_str());
    let uuid = if same_id { preview.uuid.to_string() } else { "the-real-one".to_owned() };
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "6.00" }]);
    account.add("invoices", json!({ "invoice_uuid": uuid, "invoice_period": MONTH, "items": items }));
    world.clock.advance(TimeDelta::hours(24));
    world.run(BILLING_HISTORY.name).await;
    world.clock.advance(TimeDelta::minutes(1));
    (world, preview, uuid)
}

#[tokio::test]
async fn the_running_month_is_an_open_invoice_of_the_json_items() {
    let world = World::new().await;
    assert_eq!(world.perform(&Task::Preview).await, "done");
    let open = the_one(&world).await;
    assert_eq!((open.status, open.updated_at), (InvoiceStatus::Open, Some("2026-11-24T06:31:50Z".parse().unwrap())));
    let lines = world.lines(&open).await;
    let sum: Decimal = lines.iter().map(|line| line.charge.amount.amount).sum();
    assert_eq!(open.amount, Money::usd(sum));
    let set = open.lines.as_ref().unwrap();
    assert_eq!(set.counts.lines as usize, lines.len());
    assert_eq!(set.tie_out.status, TieOutStatus::Incomplete);
    assert_eq!(set.tie_out.missing, [AmountSource::History], "the rest agrees");
    let before = world.records().await;
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.perform(&Task::Preview).await, "done");
    assert_eq!(world.records().await, before, "nothing new, nothing written");
}

#[tokio::test]
async fn a_preview_that_is_written_anew_takes_the_place_of_that_of_before() {
    let world = World::new().await;
    world.perform(&Task::Preview).await;
    let before = the_one(&world).await;
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "6.00" }]);
    let change = json!({ "items": items, "updated_at": "2026-11-25T06:30:00Z" });
    world.sim.account("demo").change("invoices", before.uuid.as_str(), change);
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(world.perform(&Task::Preview).await, "done");
    let open = the_one(&world).await;
    assert_eq!((open.status, open.amount), (InvoiceStatus::Open, Money::usd(Decimal::from(6))));
    assert_eq!(world.lines(&open).await.len(), 1);
}

#[tokio::test]
async fn the_months_invoice_takes_its_place_and_keeps_what_it_came_to() {
    for same_id in [false, true] {
        let (world, preview, uuid) = billed(same_id).await;
        assert_eq!(of_month(&world).await.len(), if same_id { 1 } else { 2 });
        assert_eq!(world.perform(&Task::Preview).await, "done", "the month is billed");
        assert!(
            of_month(&world).await.iter().any(|head| head.lines.is_some()),
            "and its preview shown until it is read"
        );
        assert_eq!(world.perform(&ingest(MONTH, &uuid)).await, "done");
        let real = the_one(&world).await;
        assert_eq!((real.uuid.as_str(), real.status), (uuid.as_str(), InvoiceStatus::Ingested));
        assert_eq!((real.preview_amount, real.amount), (Some(preview.amount), Money::usd(Decimal::from(6))));
        assert_eq!(world.lines(&real).await.len(), 1);
        // Whoever reads the preview can go on for a day.
        assert_eq!(world.lines(&preview).await.len(), preview.lines.as_ref().unwrap().counts.lines as usize);
        let shown = format!("LINES#demo#{uuid}#{} ", real.lines.as_ref().unwrap().revision);
        for page in
            world.records().await.iter().filter(|item| item.starts_with(&format!("LINES#demo#{}", preview.uuid)))
        {
            assert_ne!(page.starts_with(&shown), page.contains("\"ttl\""), "{page}");
        }
        let before = world.records().await;
        world.clock.advance(TimeDelta::hours(1));
        for task in [ingest(MONTH, &uuid), Task::Preview] {
            assert_eq!(world.perform(&task).await, "done");
        }
        let after = world.records().await;
        assert_eq!(after.iter().filter(|item| !before.contains(item)).count(), 0, "same id: {same_id}");
    }
}

/// At no write is the month there twice with lines, or without any; and whoever comes after the dead leaves the same bytes.
#[tokio::test]
async fn a_death_at_any_write_never_shows_the_month_twice() {
    let message = |world: &World, uuid: &str| world.task(&ingest(MONTH, uuid));
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let (undisturbed, _, uuid) = billed(false).await;
    let (table, requests) = undisturbed.embedded.another_process();
    let worker = undisturbed.worker_on("invoice-ingest", table);
    worker.handle(message(&undisturbed, &uuid), deadline()).await.unwrap();
    let (expected, writes) = (undisturbed.records().await, requests.counts().writes);
    for write in 1..=writes {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let (world, ..) = billed(false).await;
            let (table, requests) = world.embedded.another_process();
            requests.crash_at(death);
            let worker = world.worker_on("invoice-ingest", table);
            let _ = worker.handle(message(&world, &uuid), deadline()).await;
            assert!(requests.has_crashed(), "{death:?}");
            let shown: Vec<_> = of_month(&world).await.into_iter().filter(|head| head.lines.is_some()).collect();
            let [shown] = &shown[..] else { panic!("{death:?}: {} invoices of a month", shown.len()) };
            assert!(!world.lines(shown).await.is_empty(), "{death:?}");
            world.handle(message(&world, &uuid)).await.unwrap();
            assert_eq!(world.records().await, expected, "{death:?}");
        }
    }
}

#[tokio::test]
async fn a_preview_that_came_too_late_is_taken_away() {
    let (world, mut preview, uuid) = billed(false).await;
    assert_eq!(world.perform(&ingest(MONTH, &uuid)).await, "done");
    // A run that saw no invoice yet, and wrote the preview only now.
    (preview.lines, preview.version) = (None, 1);
    let write = store::InvoiceWrite { before: None, invoice: preview };
    world.embedded.table.commit_invoice(&write).await.unwrap();
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.perform(&Task::Preview).await, "done");
    assert_eq!(the_one(&world).await.uuid.as_str(), uuid);
}

#[tokio::test]
async fn a_month_without_any_use_is_an_empty_open_invoice() {
    let world = World::new().await;
    let account = world.sim.account("demo");
    for invoice in account.list("invoices") {
        account.remove("invoices", invoice["invoice_uuid"].as_str().unwrap());
    }
    assert_eq!(world.perform(&Task::Preview).await, "done");
    let heads = world.heads().await;
    assert_eq!((heads.len(), heads[0].status, heads[0].amount), (1, InvoiceStatus::Open, Money::usd(Decimal::ZERO)));
    assert_eq!(heads[0].lines.as_ref().unwrap().counts.lines, 0);
}
