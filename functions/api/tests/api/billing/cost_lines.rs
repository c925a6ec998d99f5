//! The cost lines of a month, page by page and always of one revision.

use api::http::cursor::Binding;
use domain::billing::{CostLine, Invoice, Period, UnmatchedReason};
use domain::{AccountId, AccountStatus, InvoiceUuid, Scope};
use serde_json::{Value, json};

use super::bills;
use crate::app::{App, Who, cursor_key};
use crate::seed;

const LIST: &str = "/billing/cost-lines?period=2026-03-17";

/// The binding of the cursors of [`LIST`]: its serialized parameters and the line sets that it
/// reads.
async fn binding(app: &App, kind: Option<&str>) -> Binding {
    #[derive(serde::Serialize)]
    struct Parameters<'a> {
        period: &'a str,
        kind: Option<&'a str>,
        project: Option<&'a str>,
        r#match: Option<&'a str>,
        account: Option<&'a str>,
    }
    let mut sets = Vec::new();
    for account in ["main", "other"] {
        let period = Period::new("2026-03").unwrap();
        let invoices = app.table.table.invoices_in(&AccountId::new(account).unwrap(), period).await.unwrap();
        sets.extend(invoices.into_iter().map(|one| (one.account, one.uuid, one.lines.map(|set| set.revision))));
    }
    sets.sort();
    let parameters = Parameters { period: "2026-03", kind, project: None, r#match: None, account: None };
    cursor_key().binding(&Scope::Platform, "cost-lines", &(parameters, sets))
}

/// Builds lines of every kind, enough for several table items.
fn many() -> Vec<CostLine> {
    (1..=230)
        .map(|number| match number % 5 {
            0 => bills::droplet(number, "1.00", "Shop"),
            1 => bills::droplet(number, "1.00", "Bakery"),
            2 => bills::line(number, "tax", "0.10", UnmatchedReason::Tax),
            3 => bills::line(number, "volume", "0.005", UnmatchedReason::NameVariance),
            _ => bills::line(number, "other:Quantum Droplets", "9.00", UnmatchedReason::UnknownProduct),
        })
        .collect()
}

/// Creates two invoices of March, one long and one short, and one of April.
async fn app() -> (App, Invoice) {
    let app = App::start().await;
    let table = &app.table.table;
    for account in ["main", "other"] {
        seed::account(table, account, AccountStatus::Enabled).await;
        bills::insert_all(table, account).await;
    }
    let long = bills::ingested(table, &bills::invoice("main", "2026-03", "long", "900"), &many()).await;
    (app, long)
}

async fn walk(app: &App, list: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    for _ in 0..1_000 {
        let page = app.get(Who::Admin, &format!("{list}&limit={limit}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let data = page.body["data"].as_array().unwrap();
        assert!(data.len() <= limit);
        rows.extend(data.iter().cloned());
        let Some(next) = page.body["next_cursor"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
    panic!("{list} does not end");
}

#[tokio::test]
async fn every_line_of_the_month_is_listed_once_whatever_the_page_size() {
    let (app, _) = app().await;
    let whole = walk(&app, LIST, 200).await;
    let places: Vec<_> = whole.iter().map(|row| (row["invoice_uuid"].as_str().unwrap(), &row["line"])).collect();
    assert_eq!(places.len(), 230 + 2 + 2);
    assert_eq!((places[0], places[230]), (("long", &json!(1)), ("march-of-main", &json!(1))));
    assert!(whole.iter().all(|row| row["period"] == "2026-03" && row["invoice_status"] == "ingested"));
    for limit in [7, 100, 115, 117] {
        assert_eq!(walk(&app, LIST, limit).await, whole, "{limit} at a time");
    }
    let of_shop = format!("{LIST}&project=shop&account=other");
    assert_eq!(walk(&app, &format!("{LIST}&account=other"), 1).await.len(), 2);
    assert_eq!(walk(&app, &of_shop, 1).await, walk(&app, &of_shop, 200).await);
    let csv = app.get_csv(Who::Admin, &format!("{LIST}&limit=200")).await;
    let second = app.get_csv(Who::Admin, &csv.next_link().unwrap()).await;
    assert_eq!((csv.table().1.len() + second.table().1.len(), second.next_link()), (234, None));
}

#[tokio::test]
async fn a_line_must_match_all_given_filters() {
    let (app, _) = app().await;
    let cases = [
        ("&kind=droplet", 94),
        ("&kind=droplet&account=main", 93),
        ("&kind=tax", 48),
        ("&kind=other%3AQuantum+Droplets", 46),
        ("&kind=snapshot", 0),
        ("&project=SHOP", 48),
        ("&project=shop&kind=droplet&match=matched&account=other", 1),
        ("&project=none", 0),
        ("&match=matched", 94),
        ("&match=unmatched", 140),
        ("&match=explained", 94),
        ("&match=unexplained", 46),
        ("&account=nowhere", 0),
    ];
    for (filter, count) in cases {
        for limit in [19, 200] {
            let rows = walk(&app, &format!("{LIST}{filter}"), limit).await;
            assert_eq!(rows.len(), count, "{filter}, {limit} at a time");
        }
    }
}

#[tokio::test]
async fn a_line_has_a_resource_or_a_reason() {
    let (app, _) = app().await;
    let list = app.get(Who::Admin, "/billing/cost-lines?period=2026-04&account=main").await;
    let droplet = json!({
        "account": "main", "invoice_uuid": "april-of-main", "invoice_status": "open", "line": 1, "period": "2026-04",
        "kind": "droplet", "product": "product-of-droplet", "group_description": null,
        "description": "droplet-1 (s-1vcpu-1gb)", "hours": 240.0, "start": "2026-04-01T00:00:00Z",
        "end": "2026-04-11T00:00:00Z", "amount": { "amount": "10.00", "currency": "USD" }, "project_name": "shop",
        "category": null,
        "resource": { "kind": "droplet", "provider_id": "401", "name": "droplet-1", "existence": "tombstone" },
        "match_method": "name", "match_confidence": 90, "unmatched_reason": null
    });
    assert_eq!(list.body["data"][0], droplet);
    let unknown = &list.body["data"][1];
    assert_eq!((&unknown["resource"], &unknown["match_method"]), (&json!(null), &json!(null)));
    assert_eq!((&unknown["kind"], &unknown["unmatched_reason"]), (&json!("other:Quantum"), &json!("unknown_product")));
}

#[tokio::test]
async fn a_cursor_is_invalid_after_a_reimport() {
    let (app, long) = app().await;
    let page = app.get(Who::Admin, &format!("{LIST}&limit=5")).await;
    let cursor = format!("&cursor={}", page.body["next_cursor"].as_str().unwrap());
    assert_eq!(app.get(Who::Admin, &format!("{LIST}{cursor}")).await.status, 200);
    // Any day of the month selects the month.
    let other_day = format!("/billing/cost-lines?period=2026-03{cursor}");
    assert_eq!(app.get(Who::Admin, &other_day).await.status, 200);
    for elsewhere in ["/billing/cost-lines?period=2026-04".to_owned(), format!("{LIST}&kind=tax")] {
        let refused = app.get(Who::Admin, &format!("{elsewhere}{cursor}")).await;
        assert_eq!((refused.status, refused.pointers()), (400, vec!["#/query/cursor"]), "{elsewhere}");
    }
    // A cursor of an earlier revision would continue in other lines than those of the page before.
    let table = &app.table.table;
    let other = InvoiceUuid::new("march-of-other").unwrap();
    let other = table.find_invoice(&seed::account_id("other"), &other).await.unwrap().unwrap();
    for (invoice, lines) in [(&other, &many()[..2]), (&long, &many()[..100])] {
        let page = app.get(Who::Admin, &format!("{LIST}&limit=5")).await;
        let next = format!("{LIST}&cursor={}", page.body["next_cursor"].as_str().unwrap());
        assert_eq!(app.get(Who::Admin, &next).await.status, 200);
        bills::show(table, invoice, lines, &bills::BALANCED).await;
        let refused = app.get(Who::Admin, &next).await;
        assert_eq!((refused.status, &refused.body["type"]), (400, &json!("urn:arcadia:problem:bad-cursor")));
    }
    assert_eq!(walk(&app, LIST, 50).await.len(), 100 + 2 + 2);
}

#[tokio::test]
async fn a_cursor_with_a_forged_position_causes_no_server_error() {
    let (app, long) = app().await;
    let page = app.get(Who::Admin, &format!("{LIST}&limit=5")).await;
    let _: Value = binding(&app, None).await.open(page.body["next_cursor"].as_str().unwrap()).unwrap();
    let revision = long.lines.unwrap().revision;
    let at = |set: &str, revision: u64, after: &str| json!({ "partition": format!("LINES#main#{set}#{revision}"), "after": after });
    let positions = [
        json!({ "partition": format!("LINES#main#long#{revision}"), "after": null }),
        at("long", revision, "4294967295+0"),
        at("long", revision, "0+18446744073709551615"),
        at("long", revision, "2+18446744073709551615"),
        at("long", revision, "-1"),
        at("long", revision + 1, "0+0"),
        at("nowhere", 7_777, "0+0"),
        json!({ "partition": "", "after": "" }),
        json!({ "partition": -1 }),
        json!(null),
    ];
    for position in positions {
        for (filter, kind) in [("", None), ("&kind=tax", Some("tax"))] {
            let forged = binding(&app, kind).await.seal(&position).unwrap();
            let answer = app.get(Who::Admin, &format!("{LIST}{filter}&cursor={forged}")).await;
            assert!(matches!(answer.status, 200 | 400), "{position}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn every_invalid_parameter_is_reported() {
    let (app, _) = app().await;
    let cases = [
        ("", vec!["#/query/period"]),
        ("?period=2026", vec!["#/query/period"]),
        ("?period=2026-02-30", vec!["#/query/period"]),
        ("?period=2026-03&kind=Droplet&match=maybe&project=", vec!["#/query/kind", "#/query/match", "#/query/project"]),
        ("?period=2026-03&kinds=tax", vec!["#/query/kinds"]),
    ];
    for (query, pointers) in cases {
        let answer = app.get(Who::Admin, &format!("/billing/cost-lines{query}")).await;
        assert_eq!((answer.status, answer.pointers()), (400, pointers), "{query}: {}", answer.text);
    }
}
