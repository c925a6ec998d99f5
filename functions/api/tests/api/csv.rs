//! Lists as CSV have the same content as in JSON, cell by cell.

use serde_json::{Value, json};

use crate::app::{App, DOCUMENT, Who};
use crate::seed;
use crate::two_tenants::{TwoTenantFixture, fixture};

/// The targets of all routes that respond with CSV, with path parameters and required query
/// parameters filled in.
fn lists(fixture: &TwoTenantFixture) -> Vec<String> {
    let is_csv = |item: &Value| item["get"]["responses"]["200"]["content"]["text/csv"].is_object();
    let paths = DOCUMENT["paths"].as_object().unwrap().iter().filter(|(_, item)| is_csv(item));
    let filled = |path: &str, item: &Value| {
        let path = path.strip_prefix("/api/v1").unwrap();
        let path =
            path.replace("{account}", "main").replace("{kind}", "droplet").replace("{provider_id}", "alpha-droplet");
        let path = path.replace("/sagas/{id}", &format!("/sagas/{}", fixture.sagas[0].id));
        let parameters = item["get"]["parameters"].as_array().unwrap().iter();
        let mut required = parameters.filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
        match required.next() {
            Some(parameter) => {
                assert_eq!(
                    (&parameter["name"], required.next()),
                    (&json!("period"), None),
                    "say what to ask {path} for"
                );
                format!("{path}?period=2026-04")
            }
            None => path,
        }
    };
    paths.map(|(path, item)| filled(path, item)).collect()
}

/// The text of a cell with this value.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The column names of a row. An object of a known shape has one column for each field instead of
/// its own.
fn cells(header: &[String], row: &Value) -> Vec<String> {
    let cell = |name: &String| {
        let value = name.split('.').try_fold(row, |value, field| value.get(field));
        value.map(shown).unwrap_or_default()
    };
    header.iter().map(cell).collect()
}

#[tokio::test]
async fn every_list_has_the_same_content_in_csv_and_json() {
    let app = App::start().await;
    let lists = lists(&fixture(&app).await);
    for expected in
        ["/accounts", "/sync", "/inventory/resources", "/inventory/events", "/inventory/summary", "/billing/invoices"]
    {
        assert!(lists.iter().any(|list| list == expected), "{expected} is not served as CSV: {lists:?}");
    }
    for list in lists {
        let (json, csv) = (app.get(Who::Admin, &list).await, app.get_csv(Who::Admin, &list).await);
        assert_eq!((json.status, csv.status), (200, 200), "{list}: {}", csv.text);
        let (header, table) = csv.table();
        let rows = json.body["data"].as_array().unwrap();
        assert!(!rows.is_empty(), "{list} is empty, which proves nothing");
        for (row, line) in rows.iter().zip(&table) {
            assert_eq!(*line, cells(&header, row), "{list}");
            for field in row.as_object().unwrap().keys() {
                let is_of = |name: &String| {
                    name == field || name.strip_prefix(field).is_some_and(|suffix| suffix.starts_with('.'))
                };
                assert!(header.iter().any(is_of), "{list} has no column of {field}: {header:?}");
            }
        }
        assert_eq!(table.len(), rows.len(), "{list}");
        assert_eq!(csv.headers["x-as-of"], json.body["as_of"].as_str().unwrap(), "{list}");
        assert_eq!(csv.headers["x-complete"], json.body["complete"].to_string(), "{list}");
        assert_eq!(
            (&json.headers["vary"], &csv.headers["vary"]),
            (&"accept".parse().unwrap(), &"accept".parse().unwrap())
        );
        let has_next = json.body["next_cursor"].is_string();
        assert_eq!((csv.next_link().is_some(), json.next_link()), (has_next, None), "{list}");
        // The header of an empty list is the same.
        let nothing = app.get_csv(Who::Tenant("newcomer"), &list).await;
        if nothing.status == 200 {
            assert_eq!(nothing.table(), (header, Vec::new()), "{list}");
        }
    }
}

#[tokio::test]
async fn columns_have_the_order_of_declaration() {
    let app = App::start().await;
    let header = |list: &'static str| async { app.get_csv(Who::Admin, list).await.text };
    assert_eq!(
        header("/inventory/resources").await,
        "account,kind,provider_id,name,region,status,project_id,project_name,attribution,unattributed.reason,\
         unattributed.scope,unattributed.detail,tenant_id,tenant_claimed,tags,price_monthly.amount,price_monthly.currency,\
         created_at,first_seen_at,last_seen_at,stale_strike_count,deleted_at,attrs\r\n"
    );
    assert_eq!(
        header("/inventory/events").await,
        "id,at,type,account,kind,provider_id,name,changes,cause.type,cause.id\r\n"
    );
    assert_eq!(
        header("/inventory/summary").await,
        "account,kind,project_id,project_name,tenant_id,count,unpriced,price_monthly.amount,price_monthly.currency\r\n"
    );
}

#[tokio::test]
async fn no_cell_is_a_formula() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    let hostile = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3", "\t=1", "\r=1"];
    for (number, name) in hostile.iter().enumerate() {
        let mut row = seed::row("main", "droplet", &format!("-{number}"), Some("acme-project"));
        row.facts.name = (*name).to_owned();
        row.facts.tags = vec![(*name).to_owned()];
        row.facts.status = Some("=1".to_owned());
        row.facts.attrs.insert("note".to_owned(), json!(name));
        seed::insert(table, row).await;
    }
    let csv = app.get_csv(Who::Tenant("acme"), "/inventory/resources?status=%3D1").await;
    let (header, rows) = csv.table();
    assert_eq!(rows.len(), hostile.len());
    for row in &rows {
        let cell = |name: &str| &row[header.iter().position(|column| column == name).unwrap()];
        let number: usize = cell("provider_id").strip_prefix('-').unwrap().parse().unwrap();
        assert_eq!(cell("name"), &format!("'{}", hostile[number]));
        assert_eq!(cell("status"), "'=1");
        let attrs: Value = serde_json::from_str(cell("attrs")).unwrap();
        assert_eq!(attrs["note"], hostile[number]);
    }
    let looks_like_one = |cell: &&String| cell.starts_with(['=', '+', '@', '\t', '\r']);
    assert_eq!(rows.iter().flatten().find(looks_like_one), None);
}

#[tokio::test]
async fn errors_and_single_items_are_never_csv() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    for (who, path, status, content_type) in [
        (Who::Admin, "/inventory/resources?limit=0", 400, "application/problem+json"),
        (Who::Anonymous, "/inventory/resources", 401, "application/problem+json"),
        (Who::Tenant("acme"), "/sync", 403, "application/problem+json"),
        (Who::Tenant("acme"), "/inventory/resources/main/droplet/beta-2001/events", 404, "application/problem+json"),
        (Who::Admin, "/inventory/resources/main/droplet/1001", 200, "application/json"),
        (Who::Anonymous, "/health", 200, "application/json"),
    ] {
        let answer = app.get_csv(who, path).await;
        assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (status, content_type), "{path}");
    }
    let pdf = app.send_for(Who::Admin, "GET", "/inventory/resources", None, "application/pdf").await;
    assert_eq!((pdf.status, &pdf.headers["content-type"]), (200, &"application/json".parse().unwrap()));
}
