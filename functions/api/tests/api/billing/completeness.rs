//! Failed or missing reads never read as zero cost: the response is marked incomplete.

use domain::billing::{Invoice, InvoiceStatus};
use domain::{AccountStatus, SweepStatus};
use serde_json::json;

use super::bills;
use crate::app::{App, Who, time};
use crate::seed;

const LISTS: [&str; 8] = [
    "/billing/balance",
    "/billing/balances",
    "/billing/history",
    "/billing/invoices",
    "/billing/cost-lines?period=2026-03",
    "/billing/match-rate?period=2026-03",
    "/billing/tie-out?period=2026-03",
    "/billing/accrual",
];

async fn assert_all(app: &App, complete: bool, why: &str) {
    for list in LISTS {
        let answer = app.get(Who::Admin, list).await;
        assert_eq!((answer.status, &answer.body["complete"]), (200, &json!(complete)), "{list}: {why}");
    }
}

#[tokio::test]
async fn failed_or_missing_runs_make_every_list_incomplete() {
    let app = App::start().await;
    let table = &app.table.table;
    assert_all(&app, false, "there is no account").await;
    seed::account(table, "main", AccountStatus::Enabled).await;
    assert_all(&app, false, "no worker ever ran").await;
    bills::insert_all(table, "main").await;
    assert_all(&app, true, "all ran").await;
    seed::account(table, "other", AccountStatus::Enabled).await;
    assert_all(&app, false, "none ran in the other account").await;
    bills::insert_all(table, "other").await;
    assert_all(&app, true, "all ran in both").await;
    bills::workers_ran(table, "other", SweepStatus::Failed).await;
    assert_all(&app, false, "all failed in one").await;
}

/// Returns whether the lines of a month are reported as complete.
async fn is_complete(app: &App, month: &str) -> bool {
    let mut complete = Vec::new();
    for list in ["cost-lines", "match-rate", "tie-out"] {
        let answer = app.get(Who::Admin, &format!("/billing/{list}?period={month}")).await;
        complete.push(answer.body["complete"].as_bool().unwrap());
    }
    assert_eq!(complete, [complete[0]; 3], "{month}");
    complete[0]
}

#[tokio::test]
async fn a_month_without_an_invoice_is_complete_only_if_its_invoice_would_be_known() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    // The worker that reads invoices records the result in each invoice's header and writes no
    // receipt.
    seed::sweep(table, "main", "billing_history", SweepStatus::Complete, time(bills::RAN_AT)).await;
    // It is April, and the history was last read on the 12th.
    for (month, complete) in [("2013-03", true), ("2026-03", true), ("2026-04", false), ("2026-05", false)] {
        assert_eq!(is_complete(&app, month).await, complete, "{month}");
    }
}

#[tokio::test]
async fn unread_lines_make_the_month_incomplete() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    bills::workers_ran(table, "main", SweepStatus::Complete).await;
    let error = || Some("DigitalOcean answered 503".to_owned());
    let known = |month: &str| bills::invoice("main", month, &format!("of-{month}"), "10");
    let cases = [
        ("2026-01", Invoice { status: InvoiceStatus::Pending, ..known("2026-01") }, false, false),
        ("2025-12", Invoice { status: InvoiceStatus::Ingesting, ..known("2025-12") }, false, false),
        ("2025-11", Invoice { status: InvoiceStatus::Failed, error: error(), ..known("2025-11") }, false, false),
        ("2025-10", known("2025-10"), true, true),
        ("2025-09", Invoice { status: InvoiceStatus::Open, ..known("2025-09") }, true, true),
        ("2025-08", Invoice { status: InvoiceStatus::Open, ..known("2025-08") }, false, false),
    ];
    for (month, invoice, has_lines, complete) in cases {
        bills::insert(table, &invoice).await;
        if has_lines {
            bills::show(table, &invoice, &[bills::droplet(1, "10", "shop")], &bills::BALANCED).await;
        }
        assert_eq!(is_complete(&app, month).await, complete, "{month}");
    }
    // Lines of an earlier ingestion remain if they are to be read again or could not be read.
    let again = [
        (InvoiceStatus::Pending, None),
        (InvoiceStatus::Ingesting, None),
        (InvoiceStatus::Failed, error()),
        (InvoiceStatus::Open, error()),
    ];
    for (status, error) in again {
        let shown = table.find_invoice(&seed::account_id("main"), &known("2025-10").uuid).await.unwrap().unwrap();
        let invoice = Invoice { status, error, version: shown.version + 1, ..shown };
        let write = store::InvoiceWrite { before: Some(invoice.version - 1), invoice };
        table.commit_invoice(&write).await.unwrap();
        let list = app.get(Who::Admin, "/billing/cost-lines?period=2025-10").await;
        assert_eq!(
            (list.all("kind"), &list.body["complete"]),
            (vec!["droplet".to_owned()], &json!(false)),
            "{status:?}"
        );
        let sums = app.get(Who::Admin, "/billing/tie-out?period=2025-10").await.body["data"][0].clone();
        let shown = [&sums["status"], &sums["missing"], &sums["lines_amount"]];
        assert_eq!(shown, [&json!("incomplete"), &json!(["lines"]), &json!(null)], "{status:?}");
    }
}

#[tokio::test]
async fn nothing_is_older_than_as_of() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    bills::insert_all(table, "main").await;
    let cases = [
        ("/billing/balance", bills::RAN_AT),
        ("/billing/invoices", bills::RAN_AT),
        // The time when the lines were read, and the time when DigitalOcean wrote the preview.
        ("/billing/cost-lines?period=2026-03", "2026-04-12T02:30:00Z"),
        ("/billing/cost-lines?period=2026-04", "2026-04-11T00:00:00Z"),
        ("/billing/accrual", "2026-04-11T00:00:00Z"),
    ];
    for (list, as_of) in cases {
        assert_eq!(app.get(Who::Admin, list).await.body["as_of"], as_of, "{list}");
    }
    // The preview of a past month does not belong to the running month.
    app.clock.advance(time("2026-05-01T00:30:00Z") - time("2026-04-12T12:00:00Z"));
    let accrual = app.get(Who::Admin, "/billing/accrual").await;
    assert_eq!((accrual.all("kind").len(), &accrual.body["complete"]), (0, &json!(false)));
    assert_eq!(accrual.body["accounts"][0]["totals"], json!(null));
}
