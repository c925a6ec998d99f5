//! Balances, history and invoices, page by page.

use domain::AccountStatus;
use domain::billing::{Invoice, InvoiceStatus, UnmatchedReason};
use serde_json::{Value, json};

use super::bills::{self, dollars};
use crate::app::{App, Who, time};
use crate::seed;

/// Reads all rows of a list with this page size.
async fn walk(app: &App, list: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    for _ in 0..100 {
        let sign = if list.contains('?') { '&' } else { '?' };
        let page = app.get(Who::Admin, &format!("{list}{sign}limit={limit}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let data = page.body["data"].as_array().unwrap();
        assert!(data.len() <= limit);
        rows.extend(data.iter().cloned());
        let Some(next) = page.body["next_cursor"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
    panic!("{list} does not end");
}

async fn two_accounts() -> App {
    let app = App::start().await;
    let table = &app.table.table;
    for account in ["main", "other"] {
        seed::account(table, account, AccountStatus::Enabled).await;
        bills::insert_all(table, account).await;
        for hour in 3..6 {
            let at = time(&format!("2026-04-12T0{hour}:07:00Z"));
            bills::balance(table, account, at, dollars(&format!("3{hour}"))).await;
        }
        bills::balance(table, account, time("2026-03-31T23:07:00Z"), dollars("86.90")).await;
        let payments: Vec<_> =
            (1..5).map(|day| bills::payment(account, &format!("2026-03-0{day}T00:00:00Z"), "-1")).collect();
        table.put_history(&payments).await.unwrap();
        bills::insert(table, &bills::invoice(account, "2026-02", &format!("february-of-{account}"), "70")).await;
    }
    // No billing data of this account was ever read.
    seed::account(table, "nothing", AccountStatus::Enabled).await;
    app
}

#[tokio::test]
async fn each_row_is_listed_once_whatever_the_page_size() {
    let app = two_accounts().await;
    let expected =
        [("/billing/balance", 2), ("/billing/balances", 8), ("/billing/history", 10), ("/billing/invoices", 6)];
    for (list, count) in expected {
        let whole = walk(&app, list, 200).await;
        assert_eq!(whole.len(), count, "{list}");
        for limit in 1..=count {
            assert_eq!(walk(&app, list, limit).await, whole, "{list}, {limit} at a time");
        }
        let of_one = walk(&app, &format!("{list}?account=other"), 1).await;
        assert_eq!(of_one.len(), count / 2, "{list}");
        assert!(of_one.iter().all(|row| row["account"] == "other"), "{list}");
    }
}

#[tokio::test]
async fn a_cursor_is_refused_by_other_lists_and_filters() {
    let app = two_accounts().await;
    let lists = ["/billing/balance", "/billing/balances", "/billing/history", "/billing/invoices", "/billing/tie-out"];
    for list in lists {
        let page = app.get(Who::Admin, &format!("{list}?limit=1")).await;
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let others = lists.into_iter().filter(|other| *other != list).map(|other| format!("{other}?cursor={cursor}"));
        for refused in others.chain([format!("{list}?account=main&cursor={cursor}")]) {
            let answer = app.get(Who::Admin, &refused).await;
            assert_eq!((answer.status, answer.pointers()), (400, vec!["#/query/cursor"]), "{refused}");
        }
    }
}

#[tokio::test]
async fn balances_are_limited_to_the_requested_time_range() {
    let app = two_accounts().await;
    let latest = app.get(Who::Admin, "/billing/balance?account=main").await;
    let expected = json!({
        "account": "main", "at": "2026-04-12T11:07:00Z", "generated_at": "2026-04-12T11:07:00Z",
        "month_to_date_balance": { "amount": "45.25", "currency": "USD" },
        "account_balance": { "amount": "5.00", "currency": "USD" },
        "month_to_date_usage": { "amount": "40.25", "currency": "USD" }
    });
    assert_eq!(latest.body["data"], json!([expected]));
    let cases: [(&str, &[&str]); 5] = [
        ("", &["03:07", "04:07", "05:07", "11:07"]),
        ("&from=2026-04-12T04:07:00Z&to=2026-04-12T11:07:00Z", &["04:07", "05:07"]),
        ("&to=2026-04-12T04:00:00Z", &["03:07"]),
        ("&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", &["23:07"]),
        ("&to=2026-03-31T23:00:00Z", &[]),
    ];
    for (span, times) in cases {
        let list = app.get(Who::Admin, &format!("/billing/balances?account=main{span}")).await;
        let found: Vec<String> = list.all("at").iter().map(|at| at["2026-04-12T".len()..][..5].to_owned()).collect();
        assert_eq!(found, times, "{span}");
    }
    let cases = [
        ("?from=2026-04-12T04:00:00Z&to=2026-04-12T04:00:00Z", vec!["#/query/to"]),
        ("?from=yesterday&to=today", vec!["#/query/from", "#/query/to"]),
        ("?since=2026-04-12T04:00:00Z", vec!["#/query/since"]),
    ];
    for (query, pointers) in cases {
        let answer = app.get(Who::Admin, &format!("/billing/balances{query}")).await;
        assert_eq!((answer.status, answer.pointers()), (400, pointers), "{query}");
    }
}

/// A page without given times continues with the time range of the first page.
#[tokio::test]
async fn later_pages_keep_the_time_range_of_the_first() {
    let app = two_accounts().await;
    let first = app.get(Who::Admin, "/billing/balances?account=main&limit=3").await;
    app.clock.advance(chrono::TimeDelta::days(20));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = app.get(Who::Admin, &format!("/billing/balances?account=main&cursor={cursor}")).await;
    assert_eq!(second.all("at"), ["2026-04-12T11:07:00Z"]);
    let now = app.get(Who::Admin, "/billing/balances?account=main").await;
    assert_eq!(now.all("at").len(), 0);
}

#[tokio::test]
async fn the_history_lists_the_newest_entry_first() {
    let app = two_accounts().await;
    let list = app.get(Who::Admin, "/billing/history?account=main").await;
    let expected = json!({
        "account": "main", "date": "2026-04-02T10:00:00Z", "type": "Payment", "description": "Payment (MC 2018)",
        "amount": { "amount": "-86.92", "currency": "USD" }, "invoice_id": null, "invoice_uuid": null
    });
    assert_eq!(list.body["data"][0], expected);
    assert_eq!(list.all("date")[1], "2026-03-04T00:00:00Z");
    assert_eq!((&list.body["complete"], &list.body["as_of"]), (&json!(true), &json!(bills::RAN_AT)));
}

#[tokio::test]
async fn an_invoice_shows_its_ingestion_and_its_last_preview() {
    let app = two_accounts().await;
    let table = &app.table.table;
    let march = app.get(Who::Admin, "/billing/invoices/march-of-main").await;
    let expected = json!({
        "account": "main", "uuid": "march-of-main", "invoice_id": "number-of-march-of-main", "period": "2026-03",
        "amount": { "amount": "86.92", "currency": "USD" }, "status": "ingested", "lines": 2, "matched": 1, "explained": 1,
        "tie_out": "balanced", "differences": [], "missing": [],
        "previewed": {
            "amount": { "amount": "80.00", "currency": "USD" }, "difference": { "amount": "6.92", "currency": "USD" }
        },
        "ingested_at": "2026-04-12T02:30:00Z", "updated_at": null, "error": null
    });
    assert_eq!(march.body, expected);
    let failed = bills::invoice("main", "2026-01", "january-of-main", "70");
    let error = Some("row 7: the amount is not a number".to_owned());
    bills::insert(table, &Invoice { status: InvoiceStatus::Failed, error, ..failed }).await;
    let differing = bills::invoice("main", "2025-12", "december-of-main", "70");
    bills::insert(table, &differing).await;
    let line = bills::line(1, "droplet", "69.99", UnmatchedReason::NameVariance);
    bills::show(table, &differing, &[line], &bills::differs("70", "0.01")).await;
    let cases: [(&str, &[&str]); 8] = [
        ("?account=main", &["april", "march", "february", "january", "december"]),
        ("?account=main&status=open", &["april"]),
        ("?account=main&status=failed", &["january"]),
        ("?account=main&status=pending&period=2026-02-28", &["february"]),
        ("?account=main&status=ingested&period=2026-02", &[]),
        ("?period=2026-03", &["march", "march"]),
        ("?period=2013-03", &[]),
        ("?account=nothing", &[]),
    ];
    for (query, expected) in cases {
        let list = app.get(Who::Admin, &format!("/billing/invoices{query}")).await;
        let months: Vec<String> =
            list.all("uuid").iter().map(|uuid| uuid.split('-').next().unwrap().to_owned()).collect();
        assert_eq!(months, expected, "{query}");
    }
    let december = app.get(Who::Admin, "/billing/invoices/december-of-main").await.body;
    let difference = json!({
        "source": "invoice", "amount": { "amount": "70.00", "currency": "USD" },
        "difference": { "amount": "0.01", "currency": "USD" }
    });
    assert_eq!((&december["tie_out"], &december["differences"]), (&json!("differs"), &json!([difference])));
    let january = app.get(Who::Admin, "/billing/invoices/january-of-main").await.body;
    assert_eq!((&january["lines"], &january["missing"]), (&json!(null), &json!(["lines"])));
    assert_eq!(january["error"], "row 7: the amount is not a number");
}

#[tokio::test]
async fn an_invoice_is_found_with_and_without_its_account() {
    let app = two_accounts().await;
    let cases = [
        ("march-of-other", 200),
        ("march-of-other?account=other", 200),
        ("march-of-other?account=main", 404),
        ("march-of-other?account=nowhere", 404),
        ("march", 404),
        ("march-of-other?account=A", 400),
        ("march-of-other?period=2026-03", 400),
        ("a%20b", 400),
    ];
    for (path, status) in cases {
        let answer = app.get(Who::Admin, &format!("/billing/invoices/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}
