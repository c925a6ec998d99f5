//! Resources and their events.

use domain::{EventType, Interval, ProjectId, Resource, Strikes, SweepStatus};
use serde_json::json;
use store::ResourceWrite;

use crate::app::{App, Who, time};
use crate::seed;

#[tokio::test]
async fn a_resource_is_shown_with_its_project_and_sync_state() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    for who in [Who::Admin, Who::Tenant("acme")] {
        let one = app.get(who, "/inventory/resources/main/droplet/1001").await;
        let expected = json!({
            "account": "main", "kind": "droplet", "provider_id": "1001", "name": "name-of-1001", "region": "fra1",
            "status": "active", "project_id": "acme-project", "project_name": "name-of-acme-project", "tenant_id": "acme",
            "attribution": "member", "unattributed": null, "tenant_claimed": false,
            "tags": ["tag-of-1001"], "price_monthly": { "amount": "6.00", "currency": "USD" },
            "created_at": "2026-01-01T00:00:00Z", "first_seen_at": "2026-01-01T00:00:00Z",
            "last_seen_at": "2026-04-12T11:50:00Z", "stale_strike_count": 0, "deleted_at": null, "attrs": { "vcpus": 1 }
        });
        assert_eq!(one.body, expected);
        let list = app.get(who, "/inventory/resources?q=1001").await;
        assert_eq!(list.body["data"], json!([expected]));
        assert_eq!((&list.body["as_of"], &list.body["complete"]), (&json!("2026-04-12T11:50:00Z"), &json!(true)));
        assert_eq!(list.body["next_cursor"], json!(null));
    }
}

#[tokio::test]
async fn a_resource_with_a_strike_keeps_its_last_seen_time() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    let row = seed::resource(table, "main", "droplet", "5", None).await;
    let struck =
        Resource { version: 2, strikes: Some(Strikes { count: 2, last_at: time("2026-04-12T11:00:00Z") }), ..row };
    table.commit_resource(&ResourceWrite { before: Some(1), row: struck, events: Vec::new() }).await.unwrap();
    let one = app.get(Who::Admin, "/inventory/resources/main/droplet/5").await;
    assert_eq!(
        (&one.body["stale_strike_count"], &one.body["last_seen_at"]),
        (&json!(2), &json!("2026-01-01T00:00:00Z"))
    );
}

#[tokio::test]
async fn filters_narrow_and_never_widen() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    let row = seed::resource(table, "main", "droplet", "gone", Some("acme-project")).await;
    let gone = Resource { version: 2, deleted_at: Some(time("2026-04-01T00:00:00Z")), ..row };
    table.commit_resource(&ResourceWrite { before: Some(1), row: gone, events: Vec::new() }).await.unwrap();
    let cases: [(Who, &str, &[&str]); 14] = [
        (Who::Admin, "", &["1001", "3001", "acme.example", "beta-2001", "beta-2002", "beta.example"]),
        (Who::Admin, "?account=beta-account", &["beta-2002"]),
        (Who::Admin, "?kind=dns_zone", &["acme.example", "beta.example"]),
        (Who::Admin, "?tenant=beta&kind=droplet", &["beta-2001", "beta-2002"]),
        (Who::Admin, "?project=acme-project", &["1001", "acme.example"]),
        (Who::Admin, "?status=off", &[]),
        (Who::Admin, "?q=TAG-OF-1001", &["1001"]),
        (Who::Admin, "?deleted=true", &["gone"]),
        (Who::Admin, "?account=nowhere", &[]),
        (Who::Tenant("acme"), "", &["1001", "acme.example"]),
        (Who::Tenant("acme"), "?deleted=true", &["gone"]),
        (Who::Tenant("acme"), "?tenant=beta", &[]),
        (Who::Tenant("acme"), "?account=beta-account", &[]),
        (Who::Tenant("newcomer"), "", &[]),
    ];
    for (who, query, expected) in cases {
        let answer = app.get(who, &format!("/inventory/resources{query}")).await;
        let mut ids = answer.all("provider_id");
        ids.sort();
        assert_eq!(ids, expected, "{who:?} {query}");
    }
}

#[tokio::test]
async fn as_of_is_the_oldest_sync_state_covered() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Complete, time("2026-04-12T11:55:00Z")).await;
    seed::sweep(table, "main", "dns_zone", SweepStatus::Failed, time("2026-04-12T11:58:00Z")).await;
    let cases = [
        (Who::Admin, "?kind=droplet&account=main", "2026-04-12T11:55:00Z", true),
        (Who::Admin, "?kind=droplet", "2026-04-12T11:50:00Z", true),
        (Who::Admin, "?kind=dns_zone&account=main", "2026-04-12T11:50:00Z", false),
        (Who::Tenant("acme"), "?kind=droplet", "2026-04-12T11:55:00Z", true),
        (Who::Tenant("newcomer"), "", "2026-04-12T12:00:00Z", true),
        (Who::Admin, "?account=nowhere", "2026-04-12T12:00:00Z", true),
    ];
    for (who, query, as_of, complete) in cases {
        let answer = app.get(who, &format!("/inventory/resources{query}")).await;
        assert_eq!((&answer.body["as_of"], &answer.body["complete"]), (&json!(as_of), &json!(complete)), "{query}");
    }
}

#[tokio::test]
async fn ids_with_special_characters_are_found_by_their_encoded_path() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    // API Gateway decodes every escape of a path except that of `%` itself.
    let cases = [
        ("2a03:b0c0::1", "2a03:b0c0::1"),
        ("a.b-c_d~e", "a.b-c_d~e"),
        ("50%25", "50%"),
        ("a?b#c", "a?b#c"),
        ("ünïcode", "ünïcode"),
        ("a+b&c=d", "a+b&c=d"),
    ];
    for (path, id) in cases {
        seed::resource(table, "main", "reserved_ip", id, None).await;
        let mut event = crate::app::event(Who::Admin, "GET", "", None);
        event["rawPath"] = format!("/api/v1/inventory/resources/main/reserved_ip/{path}").into();
        let one = app.deliver(event).await;
        assert_eq!((one.status, one.body["provider_id"].as_str()), (200, Some(id)), "{}", one.text);
    }
}

#[tokio::test]
async fn events_are_paged_and_a_tenant_sees_only_its_own_time() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    let mut row = seed::resource(table, "main", "droplet", "7", Some("beta-project")).await;
    // Six seconds later the resource moves to acme.
    for _ in 0..3 {
        let status = seed::change("status", json!("active"), json!("off"));
        row = seed::update(table, &row, EventType::Updated, vec![status]).await;
    }
    let moved_at = row.first_seen_at + chrono::TimeDelta::seconds(5);
    let acme = ProjectId::new("acme-project").unwrap();
    row.project_history[0].until = Some(moved_at);
    row.project_history.push(Interval { value: acme.clone(), from: moved_at, until: None });
    row.project_id = Some(acme);
    let moved = seed::change("project_id", json!("beta-project"), json!("acme-project"));
    row = seed::update(table, &row, EventType::Updated, vec![moved]).await;
    seed::update(table, &row, EventType::Updated, vec![seed::change("name", json!("a"), json!("b"))]).await;

    let path = "/inventory/resources/main/droplet/7/events";
    let all = app.get(Who::Admin, path).await;
    assert_eq!(all.body["data"].as_array().unwrap().len(), 6);
    assert_eq!(all.body["data"][0]["id"], "main/droplet/7@6");
    assert_eq!(all.body["data"][0]["cause"], json!({ "type": "sync", "id": "run-1" }));
    assert_eq!(all.body["data"][1]["changes"][0]["before"], "beta-project");
    assert_eq!(all.body["data"][5]["type"], "discovered");

    let own = app.get(Who::Tenant("acme"), path).await;
    assert_eq!(own.all("id"), ["main/droplet/7@6", "main/droplet/7@5"]);
    let change = json!({ "field": "project_id", "before": null, "after": "acme-project" });
    assert_eq!(own.body["data"][1]["changes"], json!([change]));
    assert!(!own.text.contains("beta"), "{}", own.text);
    assert_eq!(app.get(Who::Tenant("beta"), path).await.status, 404);

    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(Who::Admin, &format!("{path}?limit=4{cursor}")).await;
        ids.extend(page.all("id"));
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids, all.all("id"));
}
