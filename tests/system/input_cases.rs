//! What is sent to the API that it must refuse: the table of `input`.

use serde_json::{Value, json};

/// A bad request, and how it must be refused.
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The body as it is sent, and how it is declared.
    pub(crate) body: Option<(String, &'static str)>,
    pub(crate) status: u16,
    /// The pointers of the errors.
    pub(crate) pointers: &'static [&'static str],
}

const JSON: &str = "application/json";
const PROJECT: &str = "inventory/projects/demo/3f1c9a52-7d0e-4c1b-9a64-0d5e8b7f2a10";
/// Stands for whatever was put where it does not belong; no answer may repeat it.
pub(crate) const TOKEN: &str = "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Everything there is to refuse.
pub(crate) fn cases() -> Vec<Case> {
    [parameters(), paths(), bodies(), registrations()].into_iter().flatten().collect()
}

fn get(path: &'static str, status: u16, pointers: &'static [&'static str]) -> Case {
    Case { method: "GET", path, body: None, status, pointers }
}

fn send(method: &'static str, path: &'static str, body: &Value, pointers: &'static [&'static str]) -> Case {
    Case { method, path, body: Some((body.to_string(), JSON)), status: 422, pointers }
}

fn raw(path: &'static str, body: &str, declared: &'static str, status: u16) -> Case {
    Case { method: "POST", path, body: Some((body.to_owned(), declared)), status, pointers: &[] }
}

fn parameters() -> Vec<Case> {
    let limit: &[&str] = &["#/query/limit"];
    let cursor: &[&str] = &["#/query/cursor"];
    vec![
        get("inventory/resources?limit=0", 400, limit),
        get("inventory/resources?limit=201", 400, limit),
        get("inventory/resources?limit=abc", 400, limit),
        get("inventory/resources?limit=-1", 400, limit),
        get("inventory/resources?limit=1&limit=2", 400, limit),
        get("accounts?limit=0", 400, limit),
        get("sync?limit=1e2", 400, limit),
        get("inventory/resources?cursor=abc", 400, cursor),
        get("inventory/resources?cursor=", 400, cursor),
        get("sync?cursor=bm90IG91cnM", 400, cursor),
        get("inventory/resources?account=Not%20A%20Slug", 400, &["#/query/account"]),
        get("inventory/resources?kind=dns-zone", 400, &["#/query/kind"]),
        get("inventory/resources?tenant=%F0%9F%92%A5", 400, &["#/query/tenant"]),
        get("inventory/resources?q=%ff", 400, &["#/query/q"]),
        get("inventory/resources?deleted=perhaps", 400, &["#/query/deleted"]),
        get("inventory/resources?knid=droplet", 400, &["#/query/knid"]),
        get("inventory/projects?status=active", 400, &["#/query/status"]),
        get("sync?worker=sweeper", 400, &["#/query/worker"]),
        get(
            "inventory/resources?limit=0&account=A&colour=red",
            400,
            &["#/query/account", "#/query/colour", "#/query/limit"],
        ),
    ]
}

fn paths() -> Vec<Case> {
    let method = |method, path| Case { method, path, body: None, status: 405, pointers: &[] };
    vec![
        get("nothing/here", 404, &[]),
        get("inventory/resources/demo/droplet/1", 404, &[]),
        get("inventory/resources/demo/droplet/1/events", 404, &[]),
        get("inventory/projects/demo/none", 404, &[]),
        get("inventory/resources/DEMO/droplet/402117301", 400, &["#/path/account"]),
        get("inventory/resources/demo/Droplet!/402117301", 400, &["#/path/kind"]),
        Case { body: Some(("{}".to_owned(), JSON)), ..raw("sync/sweeper", "", JSON, 404) },
        method("DELETE", "accounts"),
        method("PUT", "inventory/resources"),
        method("POST", "inventory/resources/demo/droplet/402117301"),
    ]
}

fn bodies() -> Vec<Case> {
    vec![
        raw("accounts", "{\"account\": ", JSON, 400),
        raw("accounts", "not json", JSON, 400),
        raw("accounts", "", JSON, 400),
        raw("sync/droplets", "{} {}", JSON, 400),
        raw("accounts", "account=x", "application/x-www-form-urlencoded", 415),
        raw("accounts", &format!("\"{}\"", "x".repeat(20_000)), JSON, 413),
        send("PATCH", PROJECT, &json!({}), &["#"]),
        send("PATCH", PROJECT, &json!({ "tenant_id": 7 }), &["#/tenant_id"]),
        send("PATCH", PROJECT, &json!({ "tenant_id": "Not A Slug" }), &["#/tenant_id"]),
        send("PATCH", PROJECT, &json!({ "tenant_id": "a", "tenant_from": "2999-01-01T00:00:00Z" }), &["#/tenant_from"]),
        send("PATCH", PROJECT, &json!({ "tenant_id": "a", "tenant_from": "yesterday" }), &["#/tenant_from"]),
        send("PATCH", PROJECT, &json!({ "tenant": "acme" }), &["#/tenant"]),
        send("PATCH", PROJECT, &json!({ "purpose": TOKEN }), &["#/purpose"]),
        send("PATCH", "accounts/demo", &json!({ "status": "gone" }), &["#/status"]),
        send("PATCH", "accounts/demo", &json!({ "secret": "elsewhere/do/demo" }), &["#/secret"]),
        send("POST", "sync/droplets", &json!({ "account": 5 }), &["#/account"]),
        send("POST", "sync/droplets", &json!({ "account": "A B" }), &["#/account"]),
        send("POST", "sync/droplets", &json!({ "acount": "demo" }), &["#/acount"]),
        send("POST", "sync/droplets/confirm", &json!({}), &["#/account"]),
        send("POST", "sync/droplets/confirm", &json!({ "account": "demo", "hold_id": "a b" }), &["#/hold_id"]),
    ]
}

fn registrations() -> Vec<Case> {
    let register = |body: Value, pointers| send("POST", "accounts", &body, pointers);
    vec![
        register(json!({}), &["#/account"]),
        register(json!([]), &[]),
        register(json!({ "account": "x" }), &["#/name"]),
        register(json!({ "account": "UPPER", "name": "x" }), &["#/account"]),
        register(json!({ "account": "x", "name": "" }), &["#/name"]),
        register(json!({ "account": "x", "name": ["y"] }), &["#/name"]),
        register(json!({ "account": "x", "name": TOKEN }), &["#/name"]),
        register(json!({ "account": "x", "name": "x", "secret": TOKEN }), &["#/secret"]),
        register(json!({ "account": "x", "name": "x", "secret": format!("arcadia/dev/do/{TOKEN}") }), &["#/secret"]),
        register(json!({ "account": "x", "name": "x", "secret": "elsewhere/x" }), &["#/secret"]),
        register(json!({ "account": "x", "name": "x", "token": TOKEN }), &["#/token"]),
        register(json!({ "account": "A", "name": "", "secret": "b" }), &["#/account", "#/name", "#/secret"]),
    ]
}
