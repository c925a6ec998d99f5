use billing::{BILLING_HISTORY, Task};
use chrono::TimeDelta;
use domain::Money;
use domain::billing::{AmountSource, Invoice, InvoiceStatus, TieOutStatus};
use embedded_table::CrashPoint;
use runtime::Deadline;
use rust_decimal::Decimal;
use serde_json::json;
use worker::MessageHandler;

use crate::environment::{TestEnvironment, demo, ingest, period};

/// The running month of the demo account.
const MONTH: &str = "2026-11";

async fn invoices_of_month(env: &TestEnvironment) -> Vec<Invoice> {
    env.embedded.table.invoices_in(&demo(), period(MONTH)).await.unwrap()
}

async fn only_invoice(env: &TestEnvironment) -> Invoice {
    let [invoice] = <[Invoice; 1]>::try_from(invoices_of_month(env).await).unwrap();
    invoice
}

/// The demo account after the month's preview was imported and the month was billed, as another
/// invoice or under the preview's own id. Returns the preview and the id of the invoice.
async fn billed(same_id: bool) -> (TestEnvironment, Invoice, String) {
    let env = TestEnvironment::new().await;
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let preview = only_invoice(&env).await;
    let account = env.sim.account("demo");
    account.remove("invoices", preview.uuid.as_str());
    let uuid = if same_id { preview.uuid.to_string() } else { "final-invoice".to_owned() };
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
    let open = only_invoice(&env).await;
    assert_eq!((open.status, open.updated_at), (InvoiceStatus::Open, Some("2026-11-24T06:31:50Z".parse().unwrap())));
    let lines = env.lines(&open).await;
    let sum: Decimal = lines.iter().map(|line| line.charge.amount.amount).sum();
    assert_eq!(open.amount, Money::usd(sum));
    let set = open.lines.as_ref().unwrap();
    assert_eq!(set.counts.lines as usize, lines.len());
    assert_eq!(set.tie_out.status, TieOutStatus::Incomplete);
    assert_eq!(set.tie_out.missing, [AmountSource::History], "all other sources agree");
    let before = env.records().await;
    env.clock.advance(TimeDelta::hours(1));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    assert_eq!(env.records().await, before, "an unchanged preview writes nothing");
}

#[tokio::test]
async fn a_rewritten_preview_replaces_the_previous_one() {
    let env = TestEnvironment::new().await;
    env.perform(&Task::Preview).await;
    let before = only_invoice(&env).await;
    let items = json!([{ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": "6.00" }]);
    let change = json!({ "items": items, "updated_at": "2026-11-25T06:30:00Z" });
    env.sim.account("demo").change("invoices", before.uuid.as_str(), change);
    env.clock.advance(TimeDelta::hours(24));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    let open = only_invoice(&env).await;
    assert_eq!((open.status, open.amount), (InvoiceStatus::Open, Money::usd(Decimal::from(6))));
    assert_eq!(env.lines(&open).await.len(), 1);
}

#[tokio::test]
async fn the_invoice_replaces_the_preview_and_keeps_its_amount() {
    for same_id in [false, true] {
        let (env, preview, uuid) = billed(same_id).await;
        assert_eq!(invoices_of_month(&env).await.len(), if same_id { 1 } else { 2 });
        assert_eq!(env.perform(&Task::Preview).await, "done", "the month is billed");
        assert!(
            invoices_of_month(&env).await.iter().any(|header| header.lines.is_some()),
            "the preview stays published until the invoice is read"
        );
        assert_eq!(env.perform(&ingest(MONTH, &uuid)).await, "done");
        let billed = only_invoice(&env).await;
        assert_eq!((billed.uuid.as_str(), billed.status), (uuid.as_str(), InvoiceStatus::Ingested));
        assert_eq!((billed.preview_amount, billed.amount), (Some(preview.amount), Money::usd(Decimal::from(6))));
        assert_eq!(env.lines(&billed).await.len(), 1);
        // A client that pages through the preview's lines can continue for a day.
        assert_eq!(env.lines(&preview).await.len(), preview.lines.as_ref().unwrap().counts.lines as usize);
        let published = format!("LINES#demo#{uuid}#{} ", billed.lines.as_ref().unwrap().revision);
        for page in env.records().await.iter().filter(|item| item.starts_with(&format!("LINES#demo#{}", preview.uuid)))
        {
            assert_ne!(page.starts_with(&published), page.contains("\"ttl\""), "{page}");
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

/// After a crash at any write, exactly one invoice of the month has lines; and the retry leaves the
/// same records as an undisturbed run.
#[tokio::test]
async fn a_crash_at_any_write_never_publishes_the_month_twice() {
    let message = |env: &TestEnvironment, uuid: &str| env.task(&ingest(MONTH, uuid));
    let deadline = || Deadline::after(std::time::Duration::from_secs(300));
    let (undisturbed, _, uuid) = billed(false).await;
    let (table, requests) = undisturbed.embedded.another_process();
    let worker = undisturbed.worker_on("invoice-ingest", &table);
    worker.handle(message(&undisturbed, &uuid), deadline()).await.unwrap();
    let (expected, writes) = (undisturbed.records().await, requests.counts().writes);
    for write in 1..=writes {
        for crash in [CrashPoint::Before(write), CrashPoint::After(write)] {
            let (env, ..) = billed(false).await;
            let (table, requests) = env.embedded.another_process();
            requests.crash_at(crash);
            let worker = env.worker_on("invoice-ingest", &table);
            let _ = worker.handle(message(&env, &uuid), deadline()).await;
            assert!(requests.has_crashed(), "{crash:?}");
            let published: Vec<_> =
                invoices_of_month(&env).await.into_iter().filter(|header| header.lines.is_some()).collect();
            let [published] = &published[..] else { panic!("{crash:?}: {} invoices of a month", published.len()) };
            assert!(!env.lines(published).await.is_empty(), "{crash:?}");
            env.handle(message(&env, &uuid)).await.unwrap();
            assert_eq!(env.records().await, expected, "{crash:?}");
        }
    }
}

#[tokio::test]
async fn a_preview_written_after_the_invoice_is_removed() {
    let (env, mut preview, uuid) = billed(false).await;
    assert_eq!(env.perform(&ingest(MONTH, &uuid)).await, "done");
    // A run that had not seen the invoice yet writes the preview only now.
    (preview.lines, preview.version) = (None, 1);
    let write = store::InvoiceWrite { before: None, invoice: preview };
    env.embedded.table.commit_invoice(&write).await.unwrap();
    env.clock.advance(TimeDelta::hours(1));
    assert_eq!(env.perform(&Task::Preview).await, "done");
    assert_eq!(only_invoice(&env).await.uuid.as_str(), uuid);
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
