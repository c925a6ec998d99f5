use billing::{BILLING_HISTORY, Task};
use chrono::TimeDelta;
use domain::Money;
use domain::billing::{AmountSource, Invoice, InvoiceStatus, TieOutStatus};
use embedded_table::CrashPoint;
use runtime::Deadline;
use rust_decimal::Decimal;
use serde_json::json;

use crate::environment::{TestEnvironment, demo, ingest, period};

/// The month that runs in the demo account.
const MONTH: &str = "2026-11";

async fn of_month(env: &TestEnvironment) -> Vec<Invoice> {
    env.embedded.table.invoices_in(&demo(), period(MONTH)).await.unwrap()
}

async fn the_one(env: &TestEnvironment) -> Invoice {
    let [invoice] = <[Invoice; 1]>::try_from(of_month(env).await).unwrap();
    invoice
}

/// The demo account after the month's preview was taken in and the month was billed, as another invoice or under the preview's own id.
async fn billed(same_id: bool) -> (TestEnvironment, Invoice, String) {
    let env = TestEnvironment::new().await;
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let preview = the_one(&env).await;
    let account = env.sim.account("demo");
    account.remove("invoices", preview.uuid.as_str());
    let uuid = if same_id { preview.uuid.to_string() } else { "the-real-one".to_owned() };
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "6.00" }]);
    account.add("invoices", json!({ "invoice_uuid": uuid, "invoice_period": MONTH, "items": items }));
    env.clock.advance(TimeDelta::hours(24));
    env.run(BILLING_HISTORY.name).await;
    env.clock.advance(TimeDelta::minutes(1));
    (env, preview, uuid)
}

#[tokio::test]
async fn the_running_month_is_an_open_invoice_of_the_json_items() {
    let env = TestEnvironment::new().await;
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let open = the_one(&env).await;
    assert_eq!((open.status, open.updated_at), (InvoiceStatus::Open, Some("2026-11-24T06:31:50Z".parse().unwrap())));
    let lines = env.lines(&open).await;
    let sum: Decimal = lines.iter().map(|line| line.charge.amount.amount).sum();
    assert_eq!(open.amount, Money::usd(sum));
    let set = open.lines.as_ref().unwrap();
    assert_eq!(set.counts.lines as usize, lines.len());
    assert_eq!(set.tie_out.status, TieOutStatus::Incomplete);
    assert_eq!(set.tie_out.missing, [AmountSource::History], "the rest agrees");
    let before = env.records().await;
    env.clock.advance(TimeDelta::hours(1));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    assert_eq!(env.records().await, before, "nothing new, nothing written");
}

#[tokio::test]
async fn a_rewritten_preview_replaces_the_previous_one() {
    let env = TestEnvironment::new().await;
    env.perform(&Task::Preview).await;
    let before = the_one(&env).await;
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "6.00" }]);
    let change = json!({ "items": items, "updated_at": "2026-11-25T06:30:00Z" });
    env.sim.account("demo").change("invoices", before.uuid.as_str(), change);
    env.clock.advance(TimeDelta::hours(24));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let open = the_one(&env).await;
    assert_eq!((open.status, open.amount), (InvoiceStatus::Open, Money::usd(Decimal::from(6))));
    assert_eq!(env.lines(&open).await.len(), 1);
}

#[tokio::test]
async fn the_invoice_replaces_the_preview_and_keeps_its_amount() {
    for same_id in [false, true] {
        let (env, preview, uuid) = billed(same_id).await;
        assert_eq!(of_month(&env).await.len(), if same_id { 1 } else { 2 });
        assert_eq!(env.perform(&Task::Preview).await, "done", "the month is billed");
        assert!(
            of_month(&env).await.iter().any(|header| header.lines.is_some()),
            "and its preview shown until it is read"
        );
        assert_eq!(env.perform(&ingest(MONTH, &uuid)).await, "done");
        let real = the_one(&env).await;
        assert_eq!((real.uuid.as_str(), real.status), (uuid.as_str(), InvoiceStatus::Ingested));
        assert_eq!((real.preview_amount, real.amount), (Some(preview.amount), Money::usd(Decimal::from(6))));
        assert_eq!(env.lines(&real).await.len(), 1);
        // Whoever reads the preview can go on for a day.
        assert_eq!(env.lines(&preview).await.len(), preview.lines.as_ref().unwrap().counts.lines as usize);
        let shown = format!("LINES#demo#{uuid}#{} ", real.lines.as_ref().unwrap().revision);
        for page in env.records().await.iter().filter(|item| item.starts_with(&format!("LINES#demo#{}", preview.uuid)))
        {
            assert_ne!(page.starts_with(&shown), page.contains("\"ttl\""), "{page}");
        }
        let before = env.records().await;
        env.clock.advance(TimeDelta::hours(1));
        for task in [ingest(MONTH, &uuid), Task::Preview] {
            assert_eq!(env.perform(&task).await, "done");
        }
        let after = env.records().await;
        assert_eq!(after.iter().filter(|item| !before.contains(item)).count(), 0, "same id: {same_id}");
    }
}

/// At no write is the month there twice with lines, or without any; and whoever comes after the dead leaves the same bytes.
#[tokio::test]
async fn a_crash_at_any_write_never_publishes_the_month_twice() {
    let message = |env: &TestEnvironment, uuid: &str| env.task(&ingest(MONTH, uuid));
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let (undisturbed, _, uuid) = billed(false).await;
    let (table, requests) = undisturbed.embedded.another_process();
    let worker = undisturbed.worker_on("invoice-ingest", table);
    worker.handle(message(&undisturbed, &uuid), deadline()).await.unwrap();
    let (expected, writes) = (undisturbed.records().await, requests.counts().writes);
    for write in 1..=writes {
        for death in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let (env, ..) = billed(false).await;
            let (table, requests) = env.embedded.another_process();
            requests.crash_at(death);
            let worker = env.worker_on("invoice-ingest", table);
            let _ = worker.handle(message(&env, &uuid), deadline()).await;
            assert!(requests.has_crashed(), "{death:?}");
            let shown: Vec<_> = of_month(&env).await.into_iter().filter(|header| header.lines.is_some()).collect();
            let [shown] = &shown[..] else { panic!("{death:?}: {} invoices of a month", shown.len()) };
            assert!(!env.lines(shown).await.is_empty(), "{death:?}");
            env.handle(message(&env, &uuid)).await.unwrap();
            assert_eq!(env.records().await, expected, "{death:?}");
        }
    }
}

#[tokio::test]
async fn a_late_preview_is_removed() {
    let (env, mut preview, uuid) = billed(false).await;
    assert_eq!(env.perform(&ingest(MONTH, &uuid)).await, "done");
    // A run that saw no invoice yet, and wrote the preview only now.
    (preview.lines, preview.version) = (None, 1);
    let write = store::InvoiceWrite { before: None, invoice: preview };
    env.embedded.table.commit_invoice(&write).await.unwrap();
    env.clock.advance(TimeDelta::hours(1));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    assert_eq!(the_one(&env).await.uuid.as_str(), uuid);
}

#[tokio::test]
async fn a_month_without_usage_is_an_empty_open_invoice() {
    let env = TestEnvironment::new().await;
    let account = env.sim.account("demo");
    for invoice in account.list("invoices") {
        account.remove("invoices", invoice["invoice_uuid"].as_str().unwrap());
    }
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let headers = env.headers().await;
    assert_eq!(
        (headers.len(), headers[0].status, headers[0].amount),
        (1, InvoiceStatus::Open, Money::usd(Decimal::ZERO))
    );
    assert_eq!(headers[0].lines.as_ref().unwrap().counts.lines, 0);
}
