//! Lists and ledgers of sagas, and the parts that a tenant sees.

use serde_json::{Value, json};

use super::{started, upsert};
use crate::app::{App, Who};
use crate::seed;

/// Creates a zone of acme's, a zone without an owner, and a saga that changes both and is rolled
/// back.
async fn rolled_back_saga(app: &App) -> String {
    seed::two_tenants(&app.table.table).await;
    app.digitalocean.record("acme.example", "A", "www", "192.0.2.1", 1800);
    app.digitalocean.record("company.example", "A", "acme", "198.51.100.1", 1800);
    let steps = json!([
        upsert("acme.example", "www", "192.0.2.7"),
        upsert("company.example", "acme", "198.51.100.7"),
        { "step": "fail" }
    ]);
    let id = started(app, "main", steps).await;
    app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
    id
}

#[tokio::test]
async fn the_ledger_proves_the_compensation() {
    let app = App::start().await;
    let id = rolled_back_saga(&app).await;
    assert_eq!(app.digitalocean.data("acme.example"), ["192.0.2.1"]);
    let saga = app.get(Who::Admin, &format!("/sagas/{id}")).await.body;
    assert_eq!((&saga["status"], &saga["tenant_id"]), (&json!("rolled_back"), &json!("acme")));
    let ledger = app.get(Who::Admin, &format!("/sagas/{id}/ledger?limit=200")).await;
    let entries = ledger.body["data"].as_array().unwrap();
    let ends: Vec<String> = entries
        .iter()
        .filter(|entry| ["step_compensated", "step_failed"].contains(&entry["kind"].as_str().unwrap()))
        .map(|entry| format!("{}: {}", entry["step"].as_str().unwrap(), entry["status"].as_str().unwrap()))
        .collect();
    assert_eq!(ends, ["fail: failed", "upsert_dns_record: compensated", "upsert_dns_record: compensated"]);
    let stored: Vec<sagas::record::LedgerEntry> =
        entries.iter().map(|entry| serde_json::from_value(entry["entry"].clone()).unwrap()).collect();
    let folded = sagas::record::fold(&stored).unwrap();
    assert_eq!(folded.rev, saga["rev"].as_u64().unwrap());
    let with_pre_image = entries.iter().find(|entry| !entry["pre_image"].is_null()).unwrap();
    assert_eq!(
        (&with_pre_image["kind"], &with_pre_image["pre_image"]["records"][0]["data"]),
        (&json!("intended"), &json!("192.0.2.1"))
    );
    assert_eq!(
        (&with_pre_image["write"]["record"]["data"], &with_pre_image["undoes"]),
        (&json!("192.0.2.7"), &json!(false))
    );
}

#[tokio::test]
async fn a_tenant_sees_details_of_its_own_targets_only() {
    let app = App::start().await;
    let id = rolled_back_saga(&app).await;
    let (saga, ledger) = (format!("/sagas/{id}"), format!("/sagas/{id}/ledger?limit=200"));
    let visible = app.get(Who::Tenant("acme"), &saga).await.body;
    assert_eq!(visible["steps"][0]["inputs"]["dns_record_data"], "192.0.2.7");
    assert_eq!((&visible["steps"][1]["inputs"], &visible["steps"][1]["outcome"]), (&Value::Null, &Value::Null));
    assert_eq!(visible["steps"][1]["status"], "compensated");
    assert!(visible["error"].as_str().unwrap().contains("operators"), "{visible}");
    for path in [&saga, &ledger, &"/sagas".to_owned()] {
        for answer in [app.get(Who::Tenant("acme"), path).await, app.get_csv(Who::Tenant("acme"), path).await] {
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            for foreign in ["company", "198.51.100", "admin-1", "the step always fails"] {
                assert!(!answer.text.contains(foreign), "{path}: {foreign} in {}", answer.text);
            }
        }
        let admin = app.get(Who::Admin, path).await;
        assert!(["company", "198.51.100", "admin-1"].iter().all(|text| admin.text.contains(text)), "{}", admin.text);
    }
    let writes = app.get(Who::Tenant("acme"), &ledger).await;
    assert!(writes.text.contains("192.0.2.7") && !writes.text.contains("zone_digest"), "{}", writes.text);
    let found = "\"192.0.2.1\"";
    assert!(!writes.text.contains(found), "the record before the saga is visible: {}", writes.text);
    assert!(app.get(Who::Admin, &ledger).await.text.contains(found));
    for path in [saga, ledger] {
        let (foreign, missing) = (
            app.get(Who::Tenant("beta"), &path).await,
            app.get(Who::Tenant("beta"), &path.replace(&id, &uuid::Uuid::new_v4().to_string())).await,
        );
        assert_eq!((foreign.status, missing.status), (404, 404));
        assert_eq!(foreign.text, missing.text);
    }
    // The zone is assigned to another tenant, so acme no longer sees the changes to it.
    let path = "/inventory/resources/main/dns_zone/acme.example";
    assert_eq!(app.patch(Who::Admin, path, json!({ "tenant_id": "beta" })).await.status, 200);
    let visible = app.get(Who::Tenant("acme"), &format!("/sagas/{id}")).await;
    assert!(!visible.text.contains("192.0.2"), "{}", visible.text);
    assert_eq!(app.get(Who::Tenant("beta"), &format!("/sagas/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_saga_on_targets_of_two_tenants_belongs_to_neither() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let steps = json!([upsert("acme.example", "www", "192.0.2.7"), upsert("beta.example", "www", "192.0.2.7")]);
    let id = started(&app, "main", steps).await;
    assert_eq!(app.get(Who::Admin, &format!("/sagas/{id}")).await.body["tenant_id"], Value::Null);
    for tenant in ["acme", "beta"] {
        assert_eq!(app.get(Who::Tenant(tenant), &format!("/sagas/{id}")).await.status, 404);
        assert!(app.get(Who::Tenant(tenant), "/sagas").await.all("id").is_empty());
    }
}

#[tokio::test]
async fn lists_are_filtered_paged_and_csv() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    for (number, zone) in ["acme.example", "beta.example", "acme.example", "other.example"].iter().enumerate() {
        app.clock.advance(chrono::TimeDelta::seconds(1));
        let steps = json!([upsert(zone, &format!("n{number}"), "192.0.2.7")]);
        let id = started(&app, "main", steps).await;
        if number == 0 {
            app.post(Who::Admin, &format!("/sagas/{id}/cancel"), json!({})).await;
            app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        }
    }
    let body = json!({ "account": "main", "type": "mine", "steps": [{ "step": "fail" }] });
    app.post(Who::Admin, "/sagas", body).await;
    for (who, query, count) in [
        (Who::Admin, "", 5),
        (Who::Admin, "?type=mine", 1),
        (Who::Admin, "?type=custom&status=pending", 3),
        (Who::Admin, "?status=rolled_back", 1),
        (Who::Admin, "?tenant=beta", 1),
        (Who::Tenant("acme"), "", 2),
        (Who::Tenant("acme"), "?tenant=beta", 0),
    ] {
        assert_eq!(app.get(who, &format!("/sagas{query}")).await.all("id").len(), count, "{who:?} {query}");
    }
    let whole = app.get(Who::Admin, "/sagas").await.all("id");
    let (mut next, mut paged, mut rows) = ("/sagas?limit=2".to_owned(), Vec::new(), Vec::new());
    loop {
        paged.extend(app.get(Who::Admin, &next).await.all("id"));
        let csv = app.get_csv(Who::Admin, &next).await;
        rows.extend(csv.table().1.into_iter().map(|row| row[0].clone()));
        match csv.next_link() {
            Some(link) => next = link,
            None => break,
        }
    }
    assert_eq!((&paged, &rows), (&whole, &whole));
    for bad in ["?status=done", "?limit=0", "?cursor=x", "?kind=droplet", "?tenant=A"] {
        assert_eq!(app.get(Who::Admin, &format!("/sagas{bad}")).await.status, 400, "{bad}");
    }
    assert_eq!(app.get(Who::Admin, "/sagas/not-a-uuid").await.status, 400);
}

#[tokio::test]
async fn custom_saga_labels_are_visible_to_admins_only() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let steps = json!([upsert("acme.example", "www", "192.0.2.7")]);
    let body = json!({ "account": "main", "type": "move-beta-off-acme", "steps": steps });
    let started = app.post(Who::Admin, "/sagas", body).await;
    assert_eq!((started.status, &started.body["type"]), (202, &json!("move-beta-off-acme")), "{}", started.text);
    let types = async |who, query| {
        let sagas = app.get(who, &format!("/sagas{query}")).await.body;
        sagas["data"].as_array().unwrap().iter().map(|saga| saga["type"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(types(Who::Admin, "?type=move-beta-off-acme").await, ["move-beta-off-acme"]);
    for (query, expected) in
        [("", vec!["custom"]), ("?type=custom", vec!["custom"]), ("?type=move-beta-off-acme", vec![])]
    {
        assert_eq!(types(Who::Tenant("acme"), query).await, expected, "{query}");
    }
}
