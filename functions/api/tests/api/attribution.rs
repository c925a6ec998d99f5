//! The reasons why the project of a resource is unknown.

use domain::{Kind, Parent, ProviderId, SweepStatus};
use serde_json::{Value, json};

use crate::app::{App, Who, time};
use crate::seed;

/// Reads reason and scope of a droplet, a zone, a record and a bucket, all without a project.
async fn reasons(app: &App) -> Vec<Value> {
    let mut reasons = Vec::new();
    for path in ["droplet/1", "dns_zone/a.example", "dns_record/r", "spaces_bucket/media"] {
        let answer = app.get(Who::Admin, &format!("/inventory/resources/main/{path}")).await;
        let why = &answer.body["unattributed"];
        assert!(!why["detail"].as_str().unwrap().is_empty());
        reasons.push(json!([why["reason"], why["scope"]]));
    }
    reasons
}

#[tokio::test]
async fn a_resource_in_no_project_differs_from_an_invisible_one() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", domain::AccountStatus::Enabled).await;
    for (kind, id) in [("droplet", "1"), ("dns_zone", "a.example"), ("spaces_bucket", "media")] {
        seed::resource(table, "main", kind, id, None).await;
    }
    let mut record = seed::row("main", "dns_record", "r", None);
    record.facts.parent =
        Some(Parent { kind: Kind::from_static("dns_zone"), provider_id: ProviderId::from_static("a.example") });
    seed::insert(table, record).await;

    let never = [
        json!(["not_read", "droplet:read"]),
        json!(["not_read", "domain:read"]),
        json!(["not_read", "domain:read"]),
        json!(["not_read", "project:read"]),
    ];
    assert_eq!(reasons(&app).await, never);

    seed::sweep_all(table, "main", time("2026-04-12T11:00:00Z")).await;
    let in_none = json!(["in_no_project", null]);
    assert_eq!(reasons(&app).await, [&in_none, &in_none, &in_none, &in_none].map(Clone::clone));

    // The token may not read zones, so the project of their records is unknown as well. The list of
    // droplets failed.
    let at = time("2026-04-12T11:10:00Z");
    seed::sweep(table, "main", "dns_zone", SweepStatus::NotVisible, at).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Failed, at).await;
    let hidden = json!(["not_visible", "domain:read"]);
    let expected = [json!(["not_read", "droplet:read"]), hidden.clone(), hidden, in_none.clone()];
    assert_eq!(reasons(&app).await, expected);

    // The droplets were read with another token than the projects.
    seed::sweep_leaving(table, "main", "droplet", SweepStatus::Complete, at, |finish| {
        finish.receipt.token_id = Some("token-2".to_owned());
    })
    .await;
    seed::sweep(table, "main", "dns_zone", SweepStatus::Complete, at).await;
    let expected = [json!(["not_read", "droplet:read"]), in_none.clone(), in_none.clone(), in_none];
    assert_eq!(reasons(&app).await, expected);

    // Not all projects returned their resources.
    seed::sweep_all(table, "main", at).await;
    seed::sweep(table, "main", "project", SweepStatus::Partial, at).await;
    let partial = json!(["not_read", "project:read"]);
    assert_eq!(reasons(&app).await, [&partial; 4].map(Clone::clone));
}

#[tokio::test]
async fn attributed_and_deleted_resources_have_no_reason_and_tenants_see_none() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    app.patch(Who::Admin, "/inventory/resources/main/droplet/3001", json!({ "tenant_id": "acme" })).await;
    let list = app.get(Who::Admin, "/inventory/resources?kind=droplet&account=main").await;
    for row in list.body["data"].as_array().unwrap() {
        assert_eq!(row["unattributed"].is_null(), row["provider_id"] != "3001", "{row}");
        assert_eq!(row["attribution"].is_null(), row["provider_id"] == "3001", "{row}");
    }
    let own = app.get(Who::Tenant("acme"), "/inventory/resources/main/droplet/3001").await;
    assert_eq!((own.status, &own.body["unattributed"]), (200, &json!(null)), "{}", own.text);
}
