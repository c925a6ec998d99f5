//! Balance, history and invoices. The main point: two lines with equal fields are two lines.

use digitalocean::billing::PREVIEW;
use digitalocean::{BillingHistoryType, Client, Error, InvoiceItem};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::official;
use crate::server::{next_page_url, ok, page_number, query, received, respond_in_sequence, serve};

const UUID: &str = "22737513-0ea7-4206-8ceb-98a575af7681";

fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}

/// A page of invoice items that differ only in their amounts.
fn items(amounts: &[&str], total: usize, next: Option<String>) -> Value {
    let item = |amount: &&str| json!({ "product": "Droplets", "description": "web (s-1vcpu-1gb)", "amount": amount });
    let pages = next.map_or_else(|| json!({}), |next| json!({ "pages": { "next": next } }));
    json!({ "invoice_items": amounts.iter().map(item).collect::<Vec<_>>(), "links": pages, "meta": { "total": total } })
}

fn amounts(items: &[InvoiceItem]) -> Vec<String> {
    items.iter().map(|item| item.amount.to_string()).collect()
}

#[tokio::test]
async fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let example = |response: &str| {
        let content = &spec["components"]["responses"][response]["content"]["application/json"];
        let mut example = content["example"].clone();
        if example.is_null() {
            example = content["schema"]["example"].clone();
        }
        // The example is the first of several pages; it is changed to be the only one.
        if example["meta"].is_object() {
            example["meta"]["total"] = json!(2);
            example["links"] = json!({});
        }
        example
    };
    let (_server, client) = serve(ok(example("balance"))).await;
    let balance = client.billing().balance().await.unwrap();
    assert_eq!(balance.month_to_date_balance, balance.account_balance + balance.month_to_date_usage);
    let (server, client) = serve(ok(example("billing_history"))).await;
    let entries = client.billing().billing_history().collect_all().await.unwrap().items;
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/customers/my/billing_history");
    assert_eq!((entries[0].invoice_id.as_deref(), entries[0].amount), (Some("123"), cents(1234)));
    assert_eq!((&entries[1].entry_type, &entries[1].invoice_uuid), (&BillingHistoryType::Payment, &None));
    assert_eq!(entries[1].amount, cents(-1234));
    let (_server, client) = serve(ok(example("invoices"))).await;
    let invoices = client.billing().invoices().collect_all().await.unwrap().items;
    assert_eq!((invoices.len(), invoices[0].invoice_period.as_str()), (2, "2019-12"));
    let preview = client.billing().invoice_preview().await.unwrap().unwrap();
    assert_eq!((preview.invoice_period.as_str(), preview.amount), ("2020-02", cents(3456)));
    assert_eq!(preview.updated_at, Some("2020-02-23T06:31:50Z".parse().unwrap()));
    let (_server, client) = serve(ok(example("invoice"))).await;
    let items = client.billing().invoice_items(UUID).collect_all().await.unwrap().items;
    assert_eq!(items[0].resource_uuid.as_deref(), Some("711157cb-37c8-4817-b371-44fa3504a39c"));
    assert_eq!((items[0].duration, &items[1].group_description), (Some(Decimal::from(744)), &None));
    let (_server, client) = serve(ok(example("invoice_summary"))).await;
    let summary = client.billing().invoice_summary(PREVIEW).await.unwrap();
    assert_eq!((summary.amount, summary.taxes.amount), (cents(2713), Some(cents(456))));
    assert_eq!((summary.product_charges.items.len(), summary.product_charges.items[0].amount), (2, cents(1000)));
}

#[tokio::test]
async fn absent_blank_and_null_fields_are_none_but_an_amount_is_required() {
    let list = |item: Value| json!({ "invoice_items": [item], "meta": { "total": 1 } });
    let minimal = json!({ "product": "Credits", "amount": "-21.04" });
    let mut blank = minimal.clone();
    let mut null = minimal.clone();
    for field in ["resource_id", "resource_uuid", "group_description", "duration", "duration_unit", "start_time"] {
        (blank[field], null[field]) = (json!(""), Value::Null);
    }
    for item in [minimal.clone(), blank, null] {
        let (_server, client) = serve(ok(list(item))).await;
        let read = client.billing().invoice_items(UUID).collect_all().await.unwrap().items;
        let item: InvoiceItem = serde_json::from_value(minimal.clone()).unwrap();
        assert_eq!((read[0].amount, &read), (cents(-2104), &vec![item]));
    }
    for amount in [json!(""), Value::Null, json!("free")] {
        let (_server, client) = serve(ok(list(json!({ "product": "Credits", "amount": amount })))).await;
        let error = client.billing().invoice_items(UUID).collect_all().await.unwrap_err();
        assert!(matches!(&error, Error::Decode { at, .. } if at == "invoice_items[0].amount"), "{amount}: {error}");
    }
}

/// A server that returns the pages of each pass in sequence.
async fn serve_passes(passes: Vec<Vec<Value>>) -> (MockServer, Client) {
    let pages: Vec<ResponseTemplate> = passes.into_iter().flatten().map(ok).collect();
    serve(respond_in_sequence(pages)).await
}

const NEXT: &str = "/v2/customers/my/invoices?page=2";

#[tokio::test]
async fn equal_items_are_all_returned_from_one_page_and_from_several() {
    let (server, client) = serve(|request: &Request| {
        let (equal, size) = (["6.00", "6.00", "6.00"], query(request, "per_page").unwrap().parse().unwrap());
        let (first, rest) = equal.split_at(equal.len().min(size));
        match page_number(request) {
            1 if rest.is_empty() => ok(items(first, 3, None)),
            1 => ok(items(first, 3, next_page_url(request))),
            _ => ok(items(rest, 3, None)),
        }
    })
    .await;
    for per_page in [200, 2] {
        let pages = client.billing().invoice_items(UUID).per_page(per_page);
        assert_eq!(amounts(&pages.collect_all().await.unwrap().items), ["6", "6", "6"], "{per_page}");
    }
    let confirmed = client.billing().invoice_items(UUID).per_page(2).confirmed().collect_all().await.unwrap();
    assert_eq!((confirmed.items.len(), confirmed.requests), (3, 4));
    assert_eq!(received(&server).await, 7);
}

/// A line was inserted between two pages: the last line of page 1 is read twice and looks like two
/// lines.
#[tokio::test]
async fn a_preview_that_changes_is_read_again() {
    let next = || Some(NEXT.to_owned());
    let shifted = vec![items(&["1", "2"], 3, next()), items(&["2", "3"], 4, None)];
    let unchanged = vec![items(&["0", "1"], 4, next()), items(&["2", "3"], 4, None)];
    let (server, client) = serve_passes(vec![shifted.clone(), unchanged]).await;
    let listing = client.billing().invoice_items(PREVIEW).collect_all().await.unwrap();
    assert_eq!(amounts(&listing.items), ["0", "1", "2", "3"]);
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/customers/my/invoices/preview");

    let (_server, client) = serve_passes(vec![shifted.clone(), shifted.clone(), shifted]).await;
    let error = client.billing().invoice_items(PREVIEW).collect_all().await.unwrap_err();
    assert!(matches!(error, Error::ListShifted { seen: 4, total: 4, passes: 3, .. }), "{error:?}");
    assert!(error.is_retryable());
}

/// The preview was rewritten between two pages and has as many lines as before: only a second pass
/// shows the change.
#[tokio::test]
async fn a_confirmed_list_detects_a_change_behind_an_equal_total() {
    let next = || Some(NEXT.to_owned());
    let mixed = vec![items(&["1", "2"], 3, next()), items(&["30"], 3, None)];
    let unchanged = || vec![items(&["10", "20"], 3, next()), items(&["30"], 3, None)];
    let (_server, client) = serve_passes(vec![mixed, unchanged(), unchanged()]).await;
    let listing = client.billing().invoice_items(PREVIEW).confirmed().collect_all().await.unwrap();
    assert_eq!(amounts(&listing.items), ["10", "20", "30"]);
}

#[tokio::test]
async fn a_history_without_a_total_is_read_until_two_passes_agree() {
    let entry = |day: u32| json!({ "date": format!("2026-05-0{day}T00:00:00Z"), "type": "Wonder", "amount": "-1.00" });
    let (server, client) = serve(move |request: &Request| match page_number(request) {
        1 => ok(
            json!({ "billing_history": [entry(1), entry(1)], "links": { "pages": { "next": next_page_url(request) } },
                        "meta": {} }),
        ),
        _ => ok(json!({ "billing_history": [entry(2)], "links": {}, "meta": {} })),
    })
    .await;
    let entries = client.billing().billing_history().collect_all().await.unwrap().items;
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0], entries[1]);
    assert_eq!(entries[0].entry_type, BillingHistoryType::Other("Wonder".to_owned()));
    assert_eq!(received(&server).await, 4);
}

#[tokio::test]
async fn a_missing_preview_is_none_and_another_body_is_an_error() {
    for body in [json!({ "invoices": [] }), json!({ "invoices": [], "invoice_preview": null })] {
        let (server, client) = serve(ok(body)).await;
        assert_eq!(client.billing().invoice_preview().await.unwrap(), None);
        assert_eq!(query(&server.received_requests().await.unwrap()[0], "per_page").as_deref(), Some("1"));
    }
    let (_server, client) = serve(ok(json!({ "balances": [] }))).await;
    assert!(matches!(client.billing().invoice_preview().await.unwrap_err(), Error::Decode { .. }));
    let (_server, client) = serve(ok(json!({ "id": "server_error", "message": "Oops" }))).await;
    for error in [
        client.billing().invoice_preview().await.unwrap_err(),
        client.billing().balance().await.unwrap_err(),
        client.billing().invoice_summary(UUID).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Api { .. }) && error.is_retryable(), "{error:?}");
    }
}

#[tokio::test]
async fn an_amount_that_is_missing_from_a_summary_is_not_zero() {
    let body = json!({ "invoice_uuid": UUID, "billing_period": "2020-01", "amount": "5", "taxes": { "amount": "" },
                       "overages": null, "user_email": "sammy@digitalocean.com" });
    let (_server, client) = serve(ok(body)).await;
    let summary = client.billing().invoice_summary(UUID).await.unwrap();
    assert_eq!((summary.taxes.amount, summary.overages.amount, summary.amount), (None, None, cents(500)));
    assert!(!serde_json::to_string(&summary).unwrap().contains("sammy"));
}
