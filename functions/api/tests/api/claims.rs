//! Operators' claims of resources.

use domain::{Attribution, Resource, Strikes};
use serde_json::{Value, json};
use store::ResourceWrite;

use crate::app::{Answer, App, Who, time};
use crate::seed;

const ZONE: &str = "/inventory/resources/main/dns_zone/free.example";

async fn app() -> App {
    let app = App::start().await;
    let table = &app.table.table;
    seed::two_tenants(table).await;
    seed::resource(table, "main", "dns_zone", "free.example", None).await;
    app
}

async fn claim(app: &App, body: Value) -> Answer {
    app.patch(Who::Admin, ZONE, body).await
}

async fn seen_by(app: &App, tenant: &'static str) -> bool {
    let listed = app.get(Who::Tenant(tenant), "/inventory/resources?kind=dns_zone").await.all("provider_id");
    let one = app.get(Who::Tenant(tenant), ZONE).await;
    let listed = listed.iter().any(|id| id == "free.example");
    assert_eq!(listed, one.status == 200);
    listed
}

fn places(answer: &Answer) -> [&Value; 4] {
    ["project_id", "attribution", "tenant_id", "tenant_claimed"].map(|field| &answer.body[field])
}

#[tokio::test]
async fn a_claimed_tenant_sees_the_resource_and_no_foreign_project() {
    let app = app().await;
    assert!(!seen_by(&app, "acme").await);
    let claimed = claim(&app, json!({ "tenant_id": "acme" })).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text);
    assert_eq!(places(&claimed), [&json!(null), &json!(null), &json!("acme"), &json!(true)]);
    assert!(seen_by(&app, "acme").await);

    // The resource is moved to another tenant's project. The claim for the tenant still holds, and
    // the tenant does not see that project.
    let moved = claim(&app, json!({ "project_id": "beta-project" })).await;
    assert_eq!(places(&moved), [&json!("beta-project"), &json!("claimed"), &json!("acme"), &json!(true)]);
    assert_eq!((seen_by(&app, "acme").await, seen_by(&app, "beta").await), (true, false));
    let own = app.get(Who::Tenant("acme"), ZONE).await;
    assert_eq!(places(&own), [&json!(null), &json!(null), &json!("acme"), &json!(true)]);
    let listed = app.get(Who::Tenant("acme"), "/inventory/resources?q=free").await;
    assert_eq!(listed.body["data"], json!([own.body]));

    // Without the claim for a tenant, the resource belongs to the project's tenant.
    let left = claim(&app, json!({ "tenant_id": null })).await;
    assert_eq!(places(&left), [&json!("beta-project"), &json!("claimed"), &json!("beta"), &json!(false)]);
    assert_eq!((seen_by(&app, "acme").await, seen_by(&app, "beta").await), (false, true));
    let taken_back = claim(&app, json!({ "project_id": null })).await;
    assert_eq!(places(&taken_back), [&json!("beta-project"), &json!(null), &json!("beta"), &json!(false)]);
    assert_eq!(taken_back.body["unattributed"]["reason"], "unsettled");
    assert_eq!(app.get(Who::Admin, ZONE).await.body, taken_back.body);
}

#[tokio::test]
async fn a_repeated_claim_is_one_write_and_every_write_is_audited() {
    let app = app().await;
    let row = || async {
        app.table.table.resource(&seed::row("main", "dns_zone", "free.example", None).key).await.unwrap().unwrap()
    };
    for _ in 0..2 {
        let answer = claim(&app, json!({ "tenant_id": "acme", "project_id": "acme-project" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let claimed: Resource = row().await;
    assert_eq!((claimed.version, claimed.attribution), (2, Some(Attribution::Claimed)));
    assert_eq!(claimed.tenant_claims[0].from, time("2026-04-12T12:00:00Z"));
    let audits: Vec<String> =
        app.table.dump().await.into_iter().filter(|item| item.contains("resource.claim")).collect();
    assert_eq!(audits.len(), 1);
    for expected in ["AUDIT#", "admin-1", "main/dns_zone/free.example", "acme-project"] {
        assert!(audits[0].contains(expected), "{expected}: {audits:?}");
    }
}

#[tokio::test]
async fn concurrent_claims_are_both_kept() {
    let app = app().await;
    let (tenant, project) = tokio::join!(
        claim(&app, json!({ "tenant_id": "acme" })),
        claim(&app, json!({ "project_id": "unowned-project" })),
    );
    assert_eq!((tenant.status, project.status), (200, 200), "{} {}", tenant.text, project.text);
    let now = app.get(Who::Admin, ZONE).await;
    assert_eq!(places(&now), [&json!("unowned-project"), &json!("claimed"), &json!("acme"), &json!(true)]);
}

#[tokio::test]
async fn an_invalid_claim_is_refused_and_writes_nothing() {
    let app = app().await;
    let table = &app.table.table;
    let gone = seed::resource(table, "main", "droplet", "gone", None).await;
    let strikes = Some(Strikes { count: 3, last_at: seed::long_ago() });
    let gone = Resource { version: 2, deleted_at: Some(seed::long_ago()), strikes, ..gone };
    table.commit_resource(&ResourceWrite { before: Some(1), row: gone, events: Vec::new() }).await.unwrap();
    let mut dead = seed::project(table, "main", "dead-project", None).await;
    (dead.version, dead.deleted_at) = (2, Some(seed::long_ago()));
    table.commit_project(&store::ProjectWrite { before: Some(1), project: dead }).await.unwrap();
    let before = app.table.requests.counts().writes;
    let cases = [
        (json!({}), 422, vec!["#"]),
        (json!([]), 422, vec!["#"]),
        (json!({ "tenant_id": "Bad Slug" }), 422, vec!["#/tenant_id"]),
        (json!({ "tenant_id": "" , "project_id": "" }), 422, vec!["#/project_id", "#/tenant_id"]),
        (json!({ "project_id": "a b" }), 422, vec!["#/project_id"]),
        (json!({ "project_id": "unknown" }), 422, vec!["#/project_id"]),
        (json!({ "project_id": "dead-project" }), 422, vec!["#/project_id"]),
        // The project is in another account.
        (json!({ "project_id": "beta-project-2", "tenant_id": "beta" }), 422, vec!["#/project_id"]),
        (json!({ "project_id": 5 }), 422, vec!["#/project_id"]),
        (json!({ "tenant": "acme" }), 422, vec!["#/tenant"]),
    ];
    for (body, status, pointers) in cases {
        let answer = claim(&app, body.clone()).await;
        if body == json!([]) {
            assert_eq!(answer.status, status, "{}", answer.text);
            continue;
        }
        assert_eq!((answer.status, answer.pointers()), (status, pointers), "{body}: {}", answer.text);
    }
    for (path, status) in [("main/droplet/gone", 409), ("main/droplet/9", 404), ("nowhere/droplet/1001", 404)] {
        let path = format!("/inventory/resources/{path}");
        let answer = app.patch(Who::Admin, &path, json!({ "tenant_id": "acme" })).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    assert_eq!(app.table.requests.counts().writes, before);
}

#[tokio::test]
async fn a_claim_does_not_apply_to_a_new_resource_with_the_same_id() {
    let app = app().await;
    claim(&app, json!({ "tenant_id": "acme" })).await;
    let table = &app.table.table;
    let key = seed::row("main", "dns_zone", "free.example", None).key;
    let row = table.resource(&key).await.unwrap().unwrap();
    let bearer = Resource { version: 3, incarnation: 2, tenant_claims: Vec::new(), ..row };
    table.commit_resource(&ResourceWrite { before: Some(2), row: bearer, events: Vec::new() }).await.unwrap();
    assert!(!seen_by(&app, "acme").await);
}
