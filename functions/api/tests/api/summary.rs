//! The inventory summary.

use domain::{Kind, Money, Resource, SweepStatus};
use serde_json::json;
use store::ResourceWrite;

use crate::app::{App, Who, time};
use crate::seed;

async fn app() -> App {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    let mut dear = seed::row("main", "droplet", "1002", Some("acme-project"));
    dear.facts.price_monthly = Some(Money::usd("12.345".parse().unwrap()));
    seed::insert(table, dear).await;
    let mut free = seed::row("main", "dns_zone", "free.example", Some("acme-project"));
    free.facts.price_monthly = None;
    seed::insert(table, free).await;
    let gone = seed::resource(table, "main", "droplet", "gone", Some("acme-project")).await;
    let gone = Resource { version: 2, deleted_at: Some(time("2026-04-01T00:00:00Z")), ..gone };
    table.commit_resource(&ResourceWrite { before: Some(1), row: gone, events: Vec::new() }).await.unwrap();
    let mut bucket = seed::row("main", "spaces_bucket", "media", Some("acme-project"));
    bucket.facts.price_monthly = None;
    seed::insert(table, bucket).await;
    seed::sweep_leaving(table, "main", "project", SweepStatus::Complete, time("2026-04-12T11:55:00Z"), |finish| {
        finish.urn_kinds = Some([Kind::from_static("spaces_bucket")].into());
    })
    .await;
    app
}

#[tokio::test]
async fn resources_are_counted_by_kind_project_and_tenant() {
    let app = app().await;
    let usd = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let row = |kind: &str, count: u32, unpriced: u32, price| {
        json!({
            "account": "main", "kind": kind, "project_id": "acme-project", "project_name": "name-of-acme-project",
            "tenant_id": "acme", "count": count, "unpriced": unpriced, "price_monthly": price
        })
    };
    let own = json!([
        row("dns_zone", 2, 1, usd("6.00")),
        row("droplet", 2, 0, usd("18.345")),
        row("spaces_bucket", 1, 1, json!(null)),
    ]);
    let answer = app.get(Who::Tenant("acme"), "/inventory/summary").await;
    let totals = json!({ "count": 5, "unpriced": 2, "price_monthly": usd("24.345") });
    let expected = json!({ "data": own, "totals": totals, "as_of": "2026-04-12T11:50:00Z", "complete": true });
    assert_eq!(answer.body, expected);

    let all = app.get(Who::Admin, "/inventory/summary").await;
    let places: Vec<_> = all.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {}",
                text("account"),
                text("kind"),
                text("project_id"),
                text("tenant_id"),
                row["count"]
            )
        })
        .collect();
    let expected = [
        "beta-account droplet beta-project-2 beta 1",
        "main dns_zone acme-project acme 2",
        "main dns_zone beta-project beta 1",
        "main droplet - - 1",
        "main droplet acme-project acme 2",
        "main droplet beta-project beta 1",
        "main spaces_bucket acme-project acme 1",
    ];
    assert_eq!(places, expected);
    assert_eq!(all.body["totals"], json!({ "count": 9, "unpriced": 2, "price_monthly": usd("48.345") }));
    let other = app.get(Who::Admin, "/inventory/summary?account=beta-account").await;
    assert_eq!(other.all("provider_id").len(), 1);
    assert_eq!(other.body["totals"]["count"], 1);
}

#[tokio::test]
async fn the_summary_of_an_empty_inventory_is_empty() {
    let app = app().await;
    for (who, query) in [(Who::Tenant("acme"), "?account=beta-account"), (Who::Tenant("newcomer"), "")] {
        let answer = app.get(who, &format!("/inventory/summary{query}")).await;
        let totals = json!({ "count": 0, "unpriced": 0, "price_monthly": null });
        assert_eq!((&answer.body["data"], &answer.body["totals"]), (&json!([]), &totals));
    }
}

#[tokio::test]
async fn a_claimed_resource_counts_for_the_tenant_without_a_project() {
    let app = app().await;
    let path = "/inventory/resources/main/droplet/beta-2001";
    assert_eq!(app.patch(Who::Admin, path, json!({ "tenant_id": "acme" })).await.status, 200);
    let answer = app.get(Who::Tenant("acme"), "/inventory/summary").await;
    let row = answer.body["data"].as_array().unwrap().iter().find(|row| row["project_id"].is_null()).unwrap();
    assert_eq!((&row["kind"], &row["count"], &row["tenant_id"]), (&json!("droplet"), &json!(1), &json!("acme")));
    assert!(!answer.text.contains("beta"), "{}", answer.text);
    let other = app.get(Who::Tenant("beta"), "/inventory/summary").await;
    assert_eq!(other.body["totals"]["count"], 2);
}

/// A kind that is known only from URNs is in the list and in the summary as soon as the sync state
/// of the projects contains it.
#[tokio::test]
async fn kinds_known_only_from_urns_are_listed_without_a_filter() {
    let app = app().await;
    for who in [Who::Admin, Who::Tenant("acme")] {
        let kinds = app.get(who, "/inventory/resources?limit=200").await.all("kind");
        assert!(kinds.iter().any(|kind| kind == "spaces_bucket"), "{who:?}: {kinds:?}");
    }
}
