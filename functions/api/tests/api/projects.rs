//! Projects and their assignment to tenants.

use domain::AccountStatus;
use serde_json::{Value, json};

use crate::app::{Answer, App, Who};
use crate::seed;

const PATH: &str = "/inventory/projects/main/p1";

async fn app() -> App {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    seed::project(&app.table.table, "main", "p1", None).await;
    seed::resource(&app.table.table, "main", "droplet", "1", Some("p1")).await;
    app
}

#[tokio::test]
async fn assigning_a_project_to_a_tenant_takes_effect_at_once() {
    let app = app().await;
    let seen = |tenant| app.get(Who::Tenant(tenant), "/inventory/resources");
    assert!(seen("acme").await.all("name").is_empty());
    let given =
        app.patch(Who::Admin, PATH, json!({ "tenant_id": "acme", "tenant_from": "2026-03-01T00:00:00Z" })).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let history = json!([
        { "tenant_id": null, "from": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z" },
        { "tenant_id": "acme", "from": "2026-03-01T00:00:00Z", "until": null }
    ]);
    assert_eq!((&given.body["tenant_id"], &given.body["tenant_history"]), (&json!("acme"), &history));
    assert_eq!(given.body["digitalocean_purpose"], "Web Application");
    assert_eq!(seen("acme").await.all("name"), ["name-of-1"]);

    let moved = app.patch(Who::Admin, PATH, json!({ "tenant_id": "beta" })).await;
    assert_eq!(moved.body["tenant_history"][2]["from"], "2026-04-12T12:00:00Z");
    assert!(seen("acme").await.all("name").is_empty());
    assert_eq!(seen("beta").await.all("name"), ["name-of-1"]);
    let own = app.get(Who::Tenant("beta"), PATH).await;
    assert_eq!(own.body["tenant_history"].as_array().unwrap().len(), 1);
    assert!(!own.text.contains("acme"), "{}", own.text);

    let cleared = app.patch(Who::Admin, PATH, json!({ "tenant_id": null })).await;
    assert_eq!(cleared.body["tenant_id"], json!(null));
    assert_eq!(app.get(Who::Tenant("beta"), PATH).await.status, 404);
}

#[tokio::test]
async fn omitted_fields_stay_and_null_clears_a_field() {
    let app = app().await;
    let steps = [
        (json!({ "purpose": "customer site" }), json!(null), json!("customer site")),
        (json!({ "tenant_id": "acme" }), json!("acme"), json!("customer site")),
        (json!({ "tenant_id": "acme", "purpose": null }), json!("acme"), json!(null)),
        (json!({ "tenant_id": "acme" }), json!("acme"), json!(null)),
    ];
    for (body, tenant, purpose) in steps {
        let answer = app.patch(Who::Admin, PATH, body.clone()).await;
        assert_eq!(
            (&answer.body["tenant_id"], &answer.body["purpose"]),
            (&tenant, &purpose),
            "{body}: {}",
            answer.text
        );
        assert_eq!(app.get(Who::Admin, PATH).await.body, answer.body);
    }
    let project = app.table.table.project(&seed::account_id("main"), &domain::ProjectId::new("p1").unwrap()).await;
    let project = project.unwrap().unwrap();
    // The last step changed nothing and therefore wrote nothing.
    assert_eq!((project.version, project.tenant_history.len()), (4, 2));
}

/// The owners of the project with the dates of their intervals.
fn history(answer: &Answer) -> Vec<String> {
    let day = |value: &Value| value.as_str().map_or("now".to_owned(), |time| time[5..10].to_owned());
    let tenancies = answer.body["tenant_history"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let tenancy =
        |t: &Value| format!("{} {}..{}", t["tenant_id"].as_str().unwrap_or("-"), day(&t["from"]), day(&t["until"]));
    tenancies.iter().map(tenancy).collect()
}

#[tokio::test]
async fn the_start_of_a_tenancy_moves_only_within_its_bounds() {
    let app = app().await;
    let give = |tenant: Option<&str>, day: &str| {
        app.patch(Who::Admin, PATH, json!({ "tenant_id": tenant, "tenant_from": format!("2026-{day}T00:00:00Z") }))
    };
    // The project had no tenant from the first of January, so the beginning may move within that
    // time in both directions.
    assert_eq!(history(&give(Some("acme"), "04-01").await), ["- 01-01..04-01", "acme 04-01..now"]);
    assert_eq!(history(&give(Some("acme"), "02-01").await), ["- 01-01..02-01", "acme 02-01..now"]);
    assert_eq!(history(&give(Some("acme"), "03-01").await), ["- 01-01..03-01", "acme 03-01..now"]);
    assert_eq!(history(&give(Some("acme"), "01-01").await), ["- 01-01..01-01", "acme 01-01..now"]);
    // Another tenant's time is protected. Time that is given up after it belongs to no tenant and
    // may be taken again.
    give(Some("beta"), "04-01").await;
    let earlier = ["- 01-01..01-01", "acme 01-01..04-01"];
    for day in ["04-10", "04-05", "04-01"] {
        assert_eq!(history(&give(Some("beta"), day).await), [earlier[0], earlier[1], &format!("beta {day}..now")]);
    }
    let project = |app: &App| app.table.table.clone();
    let id = domain::ProjectId::new("p1").unwrap();
    let before = project(&app).project(&seed::account_id("main"), &id).await.unwrap();
    let refused = give(Some("beta"), "03-31").await;
    assert_eq!((refused.status, &refused.body["type"]), (409, &json!("urn:arcadia:problem:tenant-history")));
    assert_eq!((give(Some("beta"), "04-13").await).pointers(), ["#/tenant_from"], "tomorrow");
    assert_eq!(give(Some("beta"), "04-01").await.status, 200, "as it is");
    assert_eq!(project(&app).project(&seed::account_id("main"), &id).await.unwrap(), before, "nothing was written");
    // Time without a tenant has a beginning as well.
    assert_eq!(history(&give(None, "04-11").await)[2..], ["beta 04-01..04-11", "- 04-11..now"]);
    assert_eq!(give(None, "04-10").await.status, 409);
}

#[tokio::test]
async fn the_first_tenancy_starts_no_earlier_than_the_project_was_seen() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    seed::project(&app.table.table, "main", "p1", Some("acme")).await;
    let from = |time: &str| app.patch(Who::Admin, PATH, json!({ "tenant_id": "acme", "tenant_from": time }));
    assert_eq!(history(&from("2026-02-01T00:00:00Z").await), ["acme 02-01..now"]);
    assert_eq!(history(&from("2026-01-01T00:00:00Z").await), ["acme 01-01..now"]);
    assert_eq!(from("2025-12-31T00:00:00Z").await.status, 409);
}

#[tokio::test]
async fn concurrent_changes_are_both_kept() {
    let app = app().await;
    let (tenant, purpose) = tokio::join!(
        app.patch(Who::Admin, PATH, json!({ "tenant_id": "acme" })),
        app.patch(Who::Admin, PATH, json!({ "purpose": "customer site" })),
    );
    assert_eq!((tenant.status, purpose.status), (200, 200), "{} {}", tenant.text, purpose.text);
    let now = app.get(Who::Admin, PATH).await;
    assert_eq!((&now.body["tenant_id"], &now.body["purpose"]), (&json!("acme"), &json!("customer site")));
}

#[tokio::test]
async fn an_invalid_change_reports_every_field_and_writes_nothing() {
    let app = app().await;
    let before = app.table.requests.counts().writes;
    let cases = [
        (json!({}), vec!["#"]),
        (json!({ "tenant_id": "Bad Slug" }), vec!["#/tenant_id"]),
        (json!({ "tenant_id": 5 }), vec!["#/tenant_id"]),
        (json!({ "tenant_id": "acme", "tenant_from": "tomorrow" }), vec!["#/tenant_from"]),
        (
            json!({ "tenant_id": "Bad Slug", "tenant_from": "2030-01-01T00:00:00Z", "purpose": "" }),
            vec!["#/tenant_id", "#/tenant_from", "#/purpose"],
        ),
        (json!({ "tenant_from": "2026-01-01T00:00:00Z" }), vec!["#/tenant_from"]),
        (json!({ "tennant_id": "acme" }), vec!["#/tennant_id"]),
        (json!({ "purpose": "dop_v1_00" }), vec!["#/purpose"]),
    ];
    for (body, pointers) in cases {
        let answer = app.patch(Who::Admin, PATH, body.clone()).await;
        assert_eq!((answer.status, answer.pointers()), (422, pointers), "{body}: {}", answer.text);
    }
    assert_eq!(app.patch(Who::Admin, "/inventory/projects/main/p2", json!({ "purpose": "x" })).await.status, 404);
    assert_eq!(app.table.requests.counts().writes, before);
}

#[tokio::test]
async fn projects_are_listed_by_filter() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let cases: [(Who, &str, &[&str]); 6] = [
        (Who::Admin, "", &["beta-project-2", "acme-project", "beta-project", "unowned-project"]),
        (Who::Admin, "?account=main&tenant=beta", &["beta-project"]),
        (Who::Admin, "?deleted=true", &[]),
        (Who::Tenant("acme"), "", &["acme-project"]),
        (Who::Tenant("acme"), "?tenant=beta", &[]),
        (Who::Tenant("acme"), "?account=beta-account", &[]),
    ];
    for (who, query, expected) in cases {
        let answer = app.get(who, &format!("/inventory/projects{query}")).await;
        assert_eq!(answer.all("id"), expected, "{who:?} {query}");
        assert_eq!(answer.body["complete"], true);
    }
    let first = app.get(Who::Admin, "/inventory/projects?limit=3").await;
    let next = first.body["next_cursor"].as_str().unwrap();
    let second = app.get(Who::Admin, &format!("/inventory/projects?limit=3&cursor={next}")).await;
    assert_eq!((second.all("id"), &second.body["next_cursor"]), (vec!["unowned-project".to_owned()], &json!(null)));
    assert_eq!(second.body["data"][0]["last_seen_at"], "2026-04-12T11:50:00Z");
}
