//! Match rates and tie-outs.

use domain::billing::{AmountSource, TieOut, TieOutStatus, UnmatchedReason};
use domain::{AccountStatus, SweepStatus};
use serde_json::{Value, json};

use super::bills;
use crate::app::{App, Who};
use crate::seed;

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// Creates April of an account: 33 lines, 17 matched, 15 explained.
async fn april(app: &App, account: &str) {
    let table = &app.table.table;
    seed::account(table, account, AccountStatus::Enabled).await;
    bills::workers_ran(table, account, SweepStatus::Complete).await;
    let matched = (1..=17).map(|number| bills::droplet(number, "1.00", "shop"));
    let explained = (18..=32).map(|number| bills::line(number, "tax", "0.10", UnmatchedReason::Tax));
    let unexplained = bills::line(33, "other:New", "68.42", UnmatchedReason::UnknownProduct);
    let lines: Vec<_> = matched.chain(explained).chain([unexplained]).collect();
    let invoice = bills::invoice(account, "2026-04", &format!("april-of-{account}"), "86.92");
    bills::ingested(table, &invoice, &lines).await;
}

#[tokio::test]
async fn the_match_rate_counts_lines_with_an_owner() {
    let app = App::start().await;
    april(&app, "main").await;
    april(&app, "other").await;
    let counts = async |query: &str| {
        let body = app.get(Who::Admin, &format!("/billing/match-rate{query}")).await.body;
        let fields = ["period", "invoices", "lines", "matched", "explained", "unexplained", "rate"];
        Value::from(fields.map(|field| body[field].clone()).to_vec())
    };
    assert_eq!(counts("?period=2026-04-30&account=main").await, json!(["2026-04", 1, 33, 17, 15, 1, 51.5]));
    assert_eq!(counts("?period=2026-04").await, json!(["2026-04", 2, 66, 34, 30, 2, 51.5]));
    assert_eq!(counts("").await, json!([null, 2, 66, 34, 30, 2, 51.5]));
    // Without any lines there is no rate.
    assert_eq!(counts("?period=2026-03").await, json!(["2026-03", 0, 0, 0, 0, 0, null]));
}

#[tokio::test]
async fn a_difference_is_shown_in_its_invoice_and_in_the_total() {
    let app = App::start().await;
    let table = &app.table.table;
    april(&app, "main").await;
    let balanced = app.get(Who::Admin, "/billing/tie-out?period=2026-04").await;
    let total = json!({
        "status": "balanced", "invoices": 1, "balanced": 1, "differs": 0, "incomplete": 0, "amount": usd("86.92"),
        "lines_amount": usd("86.92"), "difference": usd("0.00")
    });
    assert_eq!(balanced.body["total"], total);

    let march = bills::invoice("main", "2026-03", "march", "70.00");
    bills::insert(table, &march).await;
    let line = bills::line(1, "droplet", "69.99", UnmatchedReason::NameVariance);
    bills::show(table, &march, std::slice::from_ref(&line), &bills::differs("70.00", "0.01")).await;
    let february = bills::invoice("main", "2026-02", "february", "69.99");
    bills::insert(table, &february).await;
    let unknown = TieOut {
        status: TieOutStatus::Incomplete,
        differences: Vec::new(),
        missing: vec![AmountSource::Summary, AmountSource::History],
    };
    bills::show(table, &february, &[line], &unknown).await;
    let list = app.get(Who::Admin, "/billing/tie-out").await;
    let row = json!({
        "account": "main", "invoice_uuid": "march", "invoice_id": "number-of-march", "invoice_status": "ingested",
        "period": "2026-03", "status": "differs", "amount": usd("70.00"), "lines_amount": usd("69.99"),
        "differences": [{ "source": "invoice", "amount": usd("70.00"), "difference": usd("0.01") }], "missing": []
    });
    assert_eq!(list.body["data"][1], row);
    assert_eq!(list.body["data"][2]["missing"], json!(["summary", "history"]));
    let total = json!({
        "status": "differs", "invoices": 3, "balanced": 1, "differs": 1, "incomplete": 1, "amount": usd("226.91"),
        "lines_amount": usd("226.90"), "difference": usd("0.01")
    });
    assert_eq!(list.body["total"], total);

    // An invoice whose lines were not read is in no sum of lines. The total is the same on every
    // page.
    bills::insert(table, &bills::invoice("main", "2026-01", "january", "50")).await;
    let page = app.get(Who::Admin, "/billing/tie-out?limit=1").await;
    let total = &page.body["total"];
    assert_eq!((page.all("period").len(), &total["invoices"], &total["amount"]), (1, &json!(4), &usd("276.91")));
    assert_eq!((&total["lines_amount"], &total["difference"]), (&json!(null), &json!(null)));
    let january = app.get(Who::Admin, "/billing/tie-out?period=2026-01").await;
    assert_eq!((&january.body["total"]["status"], &january.body["complete"]), (&json!("incomplete"), &json!(false)));
    assert_eq!(january.body["data"][0]["missing"], json!(["lines"]));
    let none = app.get(Who::Admin, "/billing/tie-out?period=2025-01").await;
    assert_eq!(none.body["total"]["status"], "incomplete");
}
