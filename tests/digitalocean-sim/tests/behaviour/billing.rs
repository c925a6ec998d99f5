//! Balance, billing history and invoices: their contents, their consistency, and the changes that a
//! test can make.

use std::collections::BTreeMap;

use digitalocean_sim::{AccountSeed, Limits, Seed, Simulator, Token};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::client::{TOKEN, blank, call, get, with};

const INVOICES: &str = "/v2/customers/my/invoices";
const HISTORY: &str = "/v2/customers/my/billing_history";
const APRIL: &str = "/v2/customers/my/invoices/b7c0d3a2-5e41-4f68-9a17-3d2c8e60f5b4";

/// The demo account, with a burst limit that allows all requests of a test at once.
async fn demo() -> (Simulator, String) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    sim.account("demo").set_limits(Limits::hourly(5000).burst(5000));
    let token = sim.account("demo").token("sync");
    (sim, token)
}

/// Reads all objects of a list.
pub(crate) async fn list_all(sim: &Simulator, token: &str, path: &str, key: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 1.. {
        let json = call(sim, token, Method::GET, &format!("{path}?per_page=50&page={page}"), None).await.json();
        all.extend(json[key].as_array().unwrap().clone());
        if json["links"]["pages"]["next"].is_null() {
            assert_eq!(json["meta"]["total"], all.len());
            break;
        }
    }
    all
}

pub(crate) fn amount(object: &Value) -> Decimal {
    object["amount"].as_str().unwrap().parse().unwrap()
}

/// The rows of a CSV, each as a map from column to value.
pub(crate) fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

pub(crate) fn usd(row: &BTreeMap<String, String>) -> Decimal {
    row["USD"].replace('$', "").parse().unwrap()
}

#[tokio::test]
async fn the_137_demo_invoices_have_the_same_amount_in_every_document() {
    let (sim, token) = demo().await;
    let invoices = list_all(&sim, &token, INVOICES, "invoices").await;
    let history = list_all(&sim, &token, HISTORY, "billing_history").await;
    let billed: BTreeMap<&str, Decimal> =
        history.iter().filter_map(|entry| Some((entry["invoice_uuid"].as_str()?, amount(entry)))).collect();
    assert_eq!((invoices.len(), billed.len()), (137, 137));
    let (mut lines, mut total, mut amounts) = (0, Decimal::ZERO, BTreeMap::new());
    for invoice in &invoices {
        let uuid = invoice["invoice_uuid"].as_str().unwrap();
        let path = format!("{INVOICES}/{uuid}");
        let items = list_all(&sim, &token, &path, "invoice_items").await;
        let csv = rows(&call(&sim, &token, Method::GET, &format!("{path}/csv"), None).await.text);
        let summary = call(&sim, &token, Method::GET, &format!("{path}/summary"), None).await.json();
        let parts = ["product_charges", "overages", "taxes", "credits_and_adjustments"];
        let products: Decimal = summary["product_charges"]["items"].as_array().unwrap().iter().map(amount).sum();
        let sums = [
            items.iter().map(amount).sum(),
            csv.iter().map(usd).sum(),
            amount(&summary),
            parts.iter().map(|part| amount(&summary[part])).sum(),
            products + parts[1..].iter().map(|part| amount(&summary[part])).sum::<Decimal>(),
            billed[uuid],
        ];
        assert_eq!(sums, [amount(invoice); 6], "{invoice}");
        assert_eq!(items.len(), csv.len(), "{invoice}");
        lines += items.len();
        total += amount(invoice);
        amounts.insert(invoice["invoice_period"].as_str().unwrap(), invoice["amount"].as_str().unwrap());
    }
    assert_eq!((lines, total.to_string().as_str()), (1013, "14434.03"));
    // The expected amounts were calculated by hand: a whole month, a part of a month with two
    // backups, and a credit before the tax.
    for (period, amount) in
        [("2014-12", "5.00"), ("2015-05", "13.20"), ("2016-02", "12.90"), ("2020-10", "19.05"), ("2026-04", "86.92")]
    {
        assert_eq!(amounts[period], amount, "{period}");
    }
    // A month without resources has no invoice.
    assert!(!amounts.contains_key("2016-03") && !amounts.contains_key("2016-08") && amounts.contains_key("2016-09"));
}

#[tokio::test]
async fn the_invoice_of_april_equals_the_files_in_the_seeds() {
    let (sim, token) = demo().await;
    let csv = call(&sim, &token, Method::GET, &format!("{APRIL}/csv"), None).await;
    assert_eq!(csv.text, include_str!("../../seeds/billing/april-2026/invoice.csv"));
    assert_eq!(csv.header("content-type"), Some("text/csv"));
    let name = "attachment; filename=\"DigitalOcean Invoice 2026 Apr (258992-527118843).csv\"";
    assert_eq!(csv.header("content-disposition"), Some(name));
    let written = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let items = call(&sim, &token, Method::GET, &format!("{APRIL}?per_page=200"), None).await.json();
    assert_eq!(items, written(include_str!("../../seeds/billing/april-2026/items.json")));
    let summary = call(&sim, &token, Method::GET, &format!("{APRIL}/summary"), None).await.json();
    assert_eq!(summary, written(include_str!("../../seeds/billing/april-2026/summary.json")));
    let invoices = list_all(&sim, &token, INVOICES, "invoices").await;
    assert!(invoices.contains(&written(include_str!("../../seeds/billing/april-2026/invoice.json"))));
    let history = list_all(&sim, &token, HISTORY, "billing_history").await;
    assert!(history.contains(&written(include_str!("../../seeds/billing/april-2026/history.json"))));
    let pdf = call(&sim, &token, Method::GET, &format!("{APRIL}/pdf"), None).await;
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert!(pdf.text.starts_with("%PDF-") && pdf.header("content-disposition").unwrap().ends_with(".pdf\""));
}

/// The resources billed in April and in the preview exist with the billed name and id, unless they
/// were deleted.
#[tokio::test]
async fn the_demo_account_has_the_resources_of_its_invoices() {
    let (sim, token) = demo().await;
    let demo = sim.account("demo");
    for path in [APRIL, "/v2/customers/my/invoices/preview"] {
        let mut known = 0;
        for item in list_all(&sim, &token, path, "invoice_items").await {
            let id = item["resource_id"].as_str().or(item["resource_uuid"].as_str());
            let lists = ["droplets", "volumes", "load_balancers", "kubernetes_clusters", "vpc_nat_gateways"];
            let Some(found) = id.and_then(|id| lists.iter().find_map(|list| demo.get(list, id))) else { continue };
            let name = item["group_description"].as_str().or(item["description"].as_str()).unwrap();
            assert_eq!(name.split(" (").next().unwrap(), found["name"], "{item}");
            let began: chrono::DateTime<chrono::Utc> = item["start_time"].as_str().unwrap().parse().unwrap();
            assert!(found["created_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap() <= began);
            known += 1;
        }
        assert!(known >= 7, "{path}: {known}");
    }
}

#[tokio::test]
async fn older_invoices_have_fewer_columns_and_no_projects() {
    let (sim, token) = demo().await;
    let invoices = list_all(&sim, &token, INVOICES, "invoices").await;
    assert_eq!(invoices[0]["invoice_period"], "2026-10", "newest first");
    for (period, last) in [("2026-04", "category"), ("2019-12", "project_name"), ("2018-09", "USD")] {
        let invoice = invoices.iter().find(|invoice| invoice["invoice_period"] == period).unwrap();
        let path = format!("{INVOICES}/{}", invoice["invoice_uuid"].as_str().unwrap());
        let csv = call(&sim, &token, Method::GET, &format!("{path}/csv"), None).await.text;
        assert_eq!(csv.lines().next().unwrap().rsplit(',').next(), Some(last), "{period}");
        let items = list_all(&sim, &token, &path, "invoice_items").await;
        assert_eq!(items.iter().any(|item| item["project_name"].is_string()), last != "USD", "{period}");
    }
}

#[tokio::test]
async fn the_preview_is_on_every_page_of_the_list_and_in_the_balance() {
    let (sim, token) = demo().await;
    let mut previews = Vec::new();
    for page in [1, 3] {
        let path = format!("{INVOICES}?per_page=50&page={page}");
        previews.push(call(&sim, &token, Method::GET, &path, None).await.json()["invoice_preview"].clone());
    }
    assert_eq!(previews[0], previews[1]);
    let path = format!("{INVOICES}/preview");
    let items: Decimal = list_all(&sim, &token, &path, "invoice_items").await.iter().map(amount).sum();
    let summary = call(&sim, &token, Method::GET, &format!("{path}/summary"), None).await.json();
    assert_eq!((items, amount(&summary)), (amount(&previews[0]), amount(&previews[0])));
    for file in ["csv", "pdf"] {
        assert_eq!(call(&sim, &token, Method::GET, &format!("{path}/{file}"), None).await.status, 404, "{file}");
    }
    let history = list_all(&sim, &token, HISTORY, "billing_history").await;
    let balance = call(&sim, &token, Method::GET, "/v2/customers/my/balance", None).await.json();
    let shown = |name: &str| balance[name].as_str().unwrap().parse::<Decimal>().unwrap();
    assert_eq!(shown("account_balance"), history.iter().map(amount).sum::<Decimal>());
    assert_eq!(shown("month_to_date_usage"), items);
    assert_eq!(shown("month_to_date_balance"), shown("account_balance") + items);
    assert_eq!((shown("account_balance").to_string(), items.to_string()), ("-25.00".to_owned(), "2548.39".to_owned()));
}

#[tokio::test]
async fn billing_requires_its_scope() {
    let account = AccountSeed::new(TOKEN)
        .token("filtered", Token::new("filtered").scopes(["droplet:read"]).filtered())
        .token("billing", Token::new("billing").scopes(["billing:read"]))
        .object("invoices", json!({ "invoice_period": "2026-04", "invoice_uuid": "one" }));
    let sim = with(account).await;
    for path in ["balance", "billing_history", "invoices", "invoices/one", "invoices/one/csv", "invoices/one/summary"] {
        let path = format!("/v2/customers/my/{path}");
        assert_eq!(call(&sim, "filtered", Method::GET, &path, None).await.status, 403, "{path}");
        assert_eq!(call(&sim, "billing", Method::GET, &path, None).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn an_account_without_usage_owes_nothing() {
    let sim = blank().await;
    let invoices = get(&sim, INVOICES).await.json();
    assert_eq!((&invoices["invoices"], &invoices["invoice_preview"]["amount"]), (&json!([]), &json!("0.00")));
    assert_eq!(get(&sim, HISTORY).await.json()["billing_history"], json!([]));
    assert_eq!(get(&sim, "/v2/customers/my/balance").await.json()["month_to_date_balance"], "0.00");
    assert_eq!(get(&sim, &format!("{INVOICES}/preview")).await.status, 404);
}
