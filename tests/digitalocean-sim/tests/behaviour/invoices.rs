//! Invoices that a test creates: valid ones, broken ones, long ones.

use digitalocean_sim::{AccountSeed, CutPoint, Effect, Fault, ListChange};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::billing::{amount, list_all, rows, usd};
use crate::client::{TOKEN, get, post, try_call, with};

const INVOICES: &str = "/v2/customers/my/invoices";

fn line(description: &str, amount: &str) -> Value {
    json!({ "product": "Droplets", "description": description, "amount": amount })
}

#[tokio::test]
async fn optional_fields_of_an_item_have_defaults() {
    let items = json!([line("web, \"new\" (s-1vcpu-1gb)", "6.00"), { "product": "Taxes", "amount": "0.54" }]);
    let seed = json!({ "invoice_uuid": "one", "invoice_period": "2026-02", "items": items });
    let sim = with(AccountSeed::new(TOKEN).object("invoices", seed)).await;
    assert_eq!(get(&sim, INVOICES).await.json()["invoices"][0]["amount"], "6.54");
    let items = get(&sim, &format!("{INVOICES}/one")).await.json()["invoice_items"].clone();
    assert_eq!((&items[0]["duration"], &items[0]["end_time"]), (&json!("672"), &json!("2026-03-01T00:00:00Z")));
    assert_eq!((&items[1]["duration"], &items[1]["end_time"]), (&json!("0"), &json!("2026-02-28T23:59:59Z")));
    let csv = rows(&get(&sim, &format!("{INVOICES}/one/csv")).await.text);
    assert_eq!((csv[0]["hours"].as_str(), csv[0]["end"].as_str()), ("", "2026-02-28 23:59:59 +0000"));
    assert_eq!((csv[1]["description"].as_str(), csv[1]["USD"].as_str()), ("web, \"new\" (s-1vcpu-1gb)", "$6.00"));
    let entry = get(&sim, "/v2/customers/my/billing_history").await.json()["billing_history"][0].clone();
    assert_eq!((&entry["description"], &entry["amount"]), (&json!("Invoice for February 2026"), &json!("6.54")));
    assert_eq!((&entry["date"], entry.get("id")), (&json!("2026-03-01T06:00:00Z"), None));
}

#[tokio::test]
async fn given_values_are_served_even_if_they_are_wrong() {
    let items = json!([{ "product": "Droplets", "amount": null, "start_time": "" }]);
    let seed = json!({ "invoice_uuid": "odd", "invoice_period": "2026-02", "amount": "1", "items": items,
                       "csv": "\u{feff}not,an invoice\r\n", "summary": { "amount": "2" } });
    let sim = with(AccountSeed::new(TOKEN).object("invoices", seed)).await;
    assert_eq!(get(&sim, &format!("{INVOICES}/odd/csv")).await.text, "\u{feff}not,an invoice\r\n");
    assert_eq!(get(&sim, &format!("{INVOICES}/odd/summary")).await.json(), json!({ "amount": "2" }));
    assert!(get(&sim, &format!("{INVOICES}/odd")).await.json()["invoice_items"][0]["amount"].is_null());
    // The entry of the history is a separate object with the same id.
    sim.account("test").change("billing_history", "odd", json!({ "amount": "3.00" }));
    assert_eq!(get(&sim, "/v2/customers/my/balance").await.json()["account_balance"], "3.00");
    let admin = "/_sim/accounts/test/invoices";
    let unpriced = json!({ "invoice_period": "2026-02", "items": [{ "product": "Droplets" }] });
    for (seed, part) in
        [(unpriced, "the invoice needs its own `amount`"), (json!({ "invoice_period": "2026-2" }), "not a month")]
    {
        let reply = post(&sim, admin, seed).await;
        assert!(reply.status == 422 && reply.text.contains(part), "{}", reply.text);
    }
}

#[tokio::test]
async fn the_preview_grows_and_is_replaced_by_the_invoice() {
    let preview = json!({ "invoice_uuid": "p", "invoice_period": "2026-02", "preview": true, "updated_at": "2026-02-02T06:00:00Z" });
    let sim = with(AccountSeed::new(TOKEN).object("invoices", preview)).await;
    let account = sim.account("test");
    let change = json!({ "items": [line("web", "0.40")], "updated_at": "2026-02-03T06:00:00Z" });
    account.change("invoices", "p", change);
    let list = get(&sim, INVOICES).await.json();
    let expected = json!({ "invoice_uuid": "p", "invoice_id": list["invoice_preview"]["invoice_id"], "amount": "0.40",
                           "invoice_period": "2026-02", "updated_at": "2026-02-03T06:00:00Z" });
    assert_eq!((&list["invoice_preview"], &list["meta"]["total"]), (&expected, &json!(0)));
    assert_eq!(get(&sim, "/v2/customers/my/balance").await.json()["month_to_date_usage"], "0.40");
    account.remove("invoices", "p");
    account.add("invoices", json!({ "invoice_period": "2026-02", "items": [line("web", "6.00")] }));
    let list = get(&sim, INVOICES).await.json();
    assert_eq!((&list["invoices"][0]["amount"], &list["invoice_preview"]["amount"]), (&json!("6.00"), &json!("0.00")));
}

#[tokio::test]
async fn equal_entries_and_equal_lines_are_all_shown() {
    let credit =
        json!({ "date": "2026-02-02T00:00:00Z", "type": "Credit", "description": "Goodwill", "amount": "-2.50" });
    let account = AccountSeed::new(TOKEN)
        .object("billing_history", credit.clone())
        .object("billing_history", json!({ "date": "2026-02-03T00:00:00Z", "amount": "-1.00" }))
        .object("billing_history", credit.clone())
        .object(
            "invoices",
            json!({ "invoice_uuid": "one", "invoice_period": "2026-01", "items": [line("a", "1"), line("a", "1")] }),
        );
    let sim = with(account).await;
    let entries = list_all(&sim, TOKEN, "/v2/customers/my/billing_history", "billing_history").await;
    assert_eq!((&entries[0]["type"], &entries[1..3]), (&json!("Payment"), &[credit.clone(), credit][..]));
    assert!(entries[1].get("invoice_uuid").is_none() && entries[3]["invoice_uuid"] == "one");
    assert_eq!(list_all(&sim, TOKEN, &format!("{INVOICES}/one"), "invoice_items").await.len(), 2);
    assert_eq!(get(&sim, "/v2/customers/my/balance").await.json()["account_balance"], "-4.00");
}

#[tokio::test]
async fn a_generated_invoice_is_the_same_every_time() {
    let generated = |lines: usize, seed: u64| {
        json!({ "invoice_uuid": format!("{lines}-{seed}"), "invoice_period": "2026-04",
                                                     "generate": { "lines": lines, "seed": seed } })
    };
    let long = |seed| {
        AccountSeed::new(TOKEN).object("invoices", generated(1_201, seed)).object("invoices", generated(8_000, 1))
    };
    let (sim, again) = (with(long(7)).await, with(long(7)).await);
    let path = format!("{INVOICES}/1201-7");
    let csv = get(&sim, &format!("{path}/csv")).await;
    assert_eq!(csv.header("content-length"), None);
    assert_eq!(csv.text, get(&again, &format!("{path}/csv")).await.text);
    let other = with(long(8)).await;
    assert_ne!(csv.text, get(&other, &format!("{INVOICES}/1201-8/csv")).await.text);
    let (items, mut rows) = (list_all(&sim, TOKEN, &path, "invoice_items").await, rows(&csv.text));
    let sum: Decimal = rows.iter().map(usd).sum();
    assert_eq!((rows.len(), sum), (1_201, items.iter().map(amount).sum()));
    let summary = get(&sim, &format!("{path}/summary")).await.json();
    let listed = get(&sim, INVOICES).await.json()["invoices"].as_array().unwrap().clone();
    let listed = listed.iter().find(|invoice| invoice["invoice_uuid"] == "1201-7").unwrap().clone();
    assert_eq!((amount(&summary), amount(&summary["product_charges"]), amount(&listed)), (sum, sum, sum));
    // The rows are in reverse order of the items, and some lines are equal.
    rows.reverse();
    for (row, item) in rows.iter().zip(&items) {
        assert_eq!(
            (row["product"].as_str(), row["description"].as_str()),
            (item["product"].as_str().unwrap(), item["description"].as_str().unwrap())
        );
    }
    rows.sort();
    assert!(rows.windows(2).any(|pair| pair[0] == pair[1]));
    // A hundred thousand lines are about 12 MB.
    let bytes = get(&sim, &format!("{INVOICES}/8000-1/csv")).await.text.len() * 100 / 8;
    assert!((11_000_000..13_500_000).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn faults_apply_to_files_and_lists() {
    let lines = json!({ "lines": 1_200 });
    let account = AccountSeed::new(TOKEN)
        .object("invoices", json!({ "invoice_uuid": "long", "invoice_period": "2026-04", "generate": lines }))
        .object(
            "invoices",
            json!({ "invoice_uuid": "short", "invoice_period": "2026-05", "items": [line("a", "1"), line("b", "2")] }),
        );
    let sim = with(account).await;
    for uuid in ["long", "short"] {
        let path = format!("{INVOICES}/{uuid}/csv");
        let complete = get(&sim, &path).await.text;
        sim.faults().add(Fault::on(&path, Effect::status(503)).times(1));
        assert_eq!(get(&sim, &path).await.status, 503);
        sim.faults().add(Fault::on(&path, Effect::error_body()).times(1));
        let error = get(&sim, &path).await;
        assert_eq!((error.json()["id"].as_str(), error.status.as_u16()), (Some("server_error"), 200));
        sim.faults().add(Fault::on(&path, Effect::TruncatedJson).times(1));
        let half = get(&sim, &path).await.text;
        assert!(
            complete.starts_with(&half) && half.len() < complete.len() && half.len() > complete.len() / 4,
            "{uuid}"
        );
        sim.faults().add(Fault::on(&path, Effect::Cut { at: CutPoint::MidBody }).times(1));
        assert!(try_call(&sim, TOKEN, Method::GET, &path, None).await.is_err());
        assert_eq!(get(&sim, &path).await.text, complete);
    }
    let path = format!("{INVOICES}/long");
    sim.faults().add(Fault::on(&path, Effect::page_shift(ListChange::Insert)).times(1));
    let (first, second) = (get(&sim, &path).await.json(), get(&sim, &format!("{path}?page=2")).await.json());
    assert_eq!((&first["invoice_items"][19], &second["meta"]["total"]), (&second["invoice_items"][0], &json!(1_201)));
}
