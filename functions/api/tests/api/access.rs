//! Access rights: every route of the document, called by every kind of caller.

use serde_json::{Value, json};

use crate::app::{App, Who, is_for_admins_only};
use crate::seed;

/// Every operation of the document: method, path below the root, whether it requires a token,
/// whether it is for admins only.
fn operations() -> Vec<(String, String, bool, bool)> {
    let document: Value = serde_json::from_str(&api::openapi::document_text()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let guarded = operation["security"].is_array();
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            operations.push((method.to_uppercase(), path, guarded, is_for_admins_only(operation)));
        }
    }
    operations
}

/// Replaces the parameters of a path by these values.
fn filled(path: &str, account: &str, kind: &str, provider_id: &str, id: &str) -> String {
    path.replace("{account}", account)
        .replace("{kind}", kind)
        .replace("{provider_id}", provider_id)
        .replace("{id}", id)
        .replace("{worker}", "droplets")
        .replace("{uuid}", "acme-invoice")
}

fn body(method: &str) -> Option<String> {
    (method != "GET").then(|| json!({ "account": "beta-account", "name": "x", "purpose": "x" }).to_string())
}

#[tokio::test]
async fn only_health_and_the_document_need_no_token() {
    let app = App::start().await;
    let mut open = Vec::new();
    for (method, path, guarded, _) in operations() {
        let target = filled(&path, "main", "droplet", "1", "p");
        let anonymous = app.send(Who::Anonymous, &method, &target, body(&method)).await;
        let no_role = app.send(Who::NoRole, &method, &target, body(&method)).await;
        if guarded {
            assert_eq!((anonymous.status, no_role.status), (401, 403), "{method} {path}");
        } else {
            assert_eq!((anonymous.status, no_role.status), (200, 200), "{method} {path}");
            open.push(path);
        }
    }
    open.sort();
    assert_eq!(open, ["/health", "/openapi.json"]);
}

#[tokio::test]
async fn admin_routes_refuse_tenants_whatever_they_send() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let before = app.table.requests.counts().writes;
    let mut closed = Vec::new();
    for (method, path, _, admins_only) in operations() {
        if !admins_only {
            continue;
        }
        for body in [body(&method), Some("{".to_owned()), None] {
            let target = filled(&path, "main", "droplet", "1", "acme-project");
            let answer = app.send(Who::Tenant("acme"), &method, &target, body).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
        }
        closed.push(format!("{method} {path}"));
    }
    closed.sort();
    let expected = [
        "GET /accounts",
        "GET /billing/accrual",
        "GET /billing/balance",
        "GET /billing/balances",
        "GET /billing/cost-lines",
        "GET /billing/history",
        "GET /billing/invoices",
        "GET /billing/invoices/{uuid}",
        "GET /billing/match-rate",
        "GET /billing/tie-out",
        "GET /sync",
        "PATCH /accounts/{account}",
        "PATCH /inventory/projects/{account}/{id}",
        "PATCH /inventory/resources/{account}/{kind}/{provider_id}",
        "POST /accounts",
        "POST /billing/invoices/{uuid}/rematch",
        "POST /provisioning/dns",
        "POST /provisioning/snapshot-droplet",
        "POST /sagas",
        "POST /sagas/plan",
        "POST /sagas/{id}/approve",
        "POST /sagas/{id}/cancel",
        "POST /sagas/{id}/close",
        "POST /sagas/{id}/deny",
        "POST /sagas/{id}/resume",
        "POST /sagas/{id}/skip",
        "POST /sync/{worker}",
        "POST /sync/{worker}/confirm",
    ];
    assert_eq!(closed, expected);
    assert_eq!(app.table.requests.counts().writes, before);
}

#[tokio::test]
async fn a_foreign_and_a_missing_resource_get_the_same_answer() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let pairs = [
        ("/inventory/resources/main/droplet/beta-2001", "/inventory/resources/main/droplet/9"),
        ("/inventory/resources/main/droplet/beta-2001/events", "/inventory/resources/main/droplet/9/events"),
        ("/inventory/resources/main/droplet/3001", "/inventory/resources/nowhere/droplet/9"),
        ("/inventory/projects/main/beta-project", "/inventory/projects/main/9"),
        ("/inventory/projects/main/unowned-project", "/inventory/projects/nowhere/9"),
    ];
    for (foreign, missing) in pairs {
        let (foreign_answer, missing) =
            (app.get(Who::Tenant("acme"), foreign).await, app.get(Who::Tenant("acme"), missing).await);
        assert_eq!((foreign_answer.status, missing.status), (404, 404));
        assert_eq!(foreign_answer.text, missing.text);
        assert_eq!(app.get(Who::Admin, foreign).await.status, 200, "{foreign}");
    }
}

#[tokio::test]
async fn groups_and_claims_are_read_in_every_gateway_format() {
    let app = App::start().await;
    let groups = [
        json!("[platform_admin]"),
        json!("[readers platform_admin]"),
        json!("platform_admin"),
        json!("[\"readers\",\"platform_admin\"]"),
        json!(["readers", "platform_admin"]),
    ];
    for groups in groups {
        let mut event = crate::app::event(Who::NoRole, "GET", "/api/v1/accounts", None);
        event["requestContext"]["authorizer"]["jwt"]["claims"] =
            json!({ "sub": "s", "cognito:groups": groups, "exp": 1_775_995_200, "email_verified": true });
        assert_eq!(app.deliver(event).await.status, 200, "{groups}");
    }
    let mut one_group = crate::app::event(Who::NoRole, "GET", "/api/v1/accounts", None);
    one_group["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = "[a,platform_admin]".into();
    assert_eq!(app.deliver(one_group).await.status, 403, "a comma is part of a group's name");
    for tenant in ["Not A Slug", "", "acme#x", "*"] {
        let mut event = crate::app::event(Who::NoRole, "GET", "/api/v1/inventory/resources", None);
        event["requestContext"]["authorizer"]["jwt"]["claims"]["custom:tenant_id"] = tenant.into();
        assert_eq!(app.deliver(event).await.status, 403, "{tenant}");
    }
}
