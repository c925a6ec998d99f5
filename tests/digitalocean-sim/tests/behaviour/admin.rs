//! The admin endpoints over HTTP.

use digitalocean_sim::{Seed, Simulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Reply, call};

async fn sim() -> Simulator {
    Simulator::start(Seed::demo()).await.unwrap()
}

async fn admin(sim: &Simulator, method: Method, path: &str, body: Value) -> Reply {
    let body = (!body.is_null()).then_some(body);
    call(sim, "", method, &format!("/_sim{path}"), body).await
}

async fn ok(sim: &Simulator, method: Method, path: &str, body: Value) -> Value {
    let reply = admin(sim, method, path, body).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.json()
}

#[tokio::test]
async fn health_and_state_are_served() {
    let sim = sim().await;
    assert_eq!(ok(&sim, Method::GET, "/health", Value::Null).await, json!({ "status": "ok", "accounts": ["demo"] }));
    let state = admin(&sim, Method::GET, "/state", Value::Null).await;
    assert_eq!(state.json()["accounts"]["demo"]["droplets"].as_array().unwrap().len(), 5);
    assert_eq!(state.json()["accounts"]["demo"]["tokens"]["narrow"]["missing_scope"], "filtered");
    assert!(!state.text.contains("dop_v1_"), "no token value is shown");
    let seed = json!({ "accounts": { "acme": { "tokens": { "sync": { "value": "t" } }, "domains": [{ "name": "a.example" }] } } });
    assert_eq!(ok(&sim, Method::PUT, "/state", seed).await, json!({ "accounts": ["acme"] }));
    assert_eq!(call(&sim, "t", Method::GET, "/v2/domains", None).await.names("domains"), ["a.example"]);
}

#[tokio::test]
async fn objects_are_added_changed_and_removed() {
    let sim = sim().await;
    let added = ok(&sim, Method::POST, "/accounts/demo/droplets", json!({ "name": "web-9", "size": "c-2" })).await;
    let id = added["droplet"]["id"].clone();
    let path = format!("/accounts/demo/droplets/{id}");
    let changed = ok(&sim, Method::PATCH, &path, json!({ "status": "off", "size": "s-1vcpu-1gb" })).await;
    assert_eq!((&changed["droplet"]["status"], &changed["droplet"]["memory"]), (&json!("off"), &json!(1024)));
    assert!(ok(&sim, Method::GET, &path, Value::Null).await["project_id"].is_string());
    let urn = format!("do:droplet:{id}");
    ok(&sim, Method::DELETE, &format!("/accounts/demo/assignments/{urn}"), Value::Null).await;
    assert!(ok(&sim, Method::GET, &path, Value::Null).await["project_id"].is_null());
    let project = sim.account("demo").project_named("Bakkerij Jansen").unwrap();
    ok(&sim, Method::POST, "/accounts/demo/assignments", json!({ "project": project, "resources": [urn] })).await;
    assert_eq!(ok(&sim, Method::GET, &path, Value::Null).await["project_id"], json!(project));
    ok(&sim, Method::DELETE, &path, Value::Null).await;
    assert_eq!(sim.account("demo").count("droplets"), 5);
    let ids = ok(&sim, Method::POST, "/accounts/demo/droplets/generate", json!({ "count": 30 })).await;
    assert_eq!(ids["ids"].as_array().unwrap().len(), 30);
    assert_eq!(
        ok(&sim, Method::GET, "/accounts/demo/droplets", Value::Null).await["droplets"].as_array().unwrap().len(),
        35
    );
}

#[tokio::test]
async fn accounts_tokens_limits_latency_and_the_clock_can_be_changed() {
    let sim = sim().await;
    ok(&sim, Method::PUT, "/accounts/acme", json!({ "tokens": { "sync": { "value": "acme" } } })).await;
    assert_eq!(ok(&sim, Method::GET, "/accounts", Value::Null).await, json!({ "accounts": ["acme", "demo"] }));
    ok(&sim, Method::PUT, "/accounts/acme/limits", json!({ "hourly": 1 })).await;
    assert_eq!(call(&sim, "acme", Method::GET, "/v2/account", None).await.status, 200);
    assert_eq!(call(&sim, "acme", Method::GET, "/v2/account", None).await.status, 429);
    ok(&sim, Method::POST, "/clock", json!({ "advance_seconds": 3600 })).await;
    assert_eq!(call(&sim, "acme", Method::GET, "/v2/account", None).await.status, 200);
    ok(&sim, Method::PUT, "/accounts/acme/tokens/fast", json!({ "value": "f", "scopes": ["droplet:read"] })).await;
    assert_eq!(call(&sim, "f", Method::GET, "/v2/droplets", None).await.status, 200);
    ok(&sim, Method::DELETE, "/accounts/acme/tokens/fast", Value::Null).await;
    assert_eq!(call(&sim, "f", Method::GET, "/v2/droplets", None).await.status, 401);
    let latency = json!({ "default_ms": 1, "paths": { "/v2/droplets*": 2 } });
    assert_eq!(ok(&sim, Method::PUT, "/latency", latency.clone()).await, latency);
    ok(&sim, Method::DELETE, "/accounts/acme", Value::Null).await;
    assert_eq!(admin(&sim, Method::GET, "/accounts/acme", Value::Null).await.status, 404);
}

#[tokio::test]
async fn faults_are_set_and_requests_are_logged() {
    let sim = sim().await;
    let token = sim.account("demo").token("sync");
    let effect = json!({ "type": "status", "status": 503 });
    let set = json!({ "id": "down", "path": "/v2/droplets*", "times": 1, "effect": effect });
    assert_eq!(ok(&sim, Method::POST, "/faults", set).await, json!({ "id": "down" }));
    assert_eq!(call(&sim, &token, Method::GET, "/v2/droplets?page=1", None).await.status, 503);
    assert_eq!(call(&sim, &token, Method::GET, "/v2/domains", None).await.status, 200);
    assert_eq!(ok(&sim, Method::GET, "/faults/down", Value::Null).await["applied"], 1);
    let found = ok(&sim, Method::GET, "/requests?path=/v2/droplets*&fault=down", Value::Null).await;
    assert_eq!(found["count"], 1);
    let entry = &found["requests"][0];
    assert_eq!(
        (&entry["account"], &entry["token"], &entry["query"], &entry["status"], &entry["route"]),
        (&json!("demo"), &json!("sync"), &json!("page=1"), &json!(503), &json!("/v2/droplets"))
    );
    assert_eq!(ok(&sim, Method::GET, "/requests?limit=1", Value::Null).await["requests"][0]["path"], "/v2/domains");
    ok(&sim, Method::DELETE, "/requests", Value::Null).await;
    assert_eq!(ok(&sim, Method::GET, "/requests", Value::Null).await["count"], 0);
    ok(&sim, Method::DELETE, "/faults/down", Value::Null).await;
    assert_eq!(ok(&sim, Method::DELETE, "/faults", Value::Null).await, json!({ "faults": [] }));
}

#[tokio::test]
async fn errors_name_the_problem() {
    let sim = sim().await;
    for (method, path, body, status, part) in [
        (Method::GET, "/nothing", Value::Null, 404, "no admin path"),
        (Method::GET, "/accounts/unknown", Value::Null, 404, "there is no account `unknown`"),
        (Method::POST, "/accounts/demo/gadgets", json!({}), 404, "there is no list `gadgets`"),
        (Method::POST, "/accounts/demo/droplets", json!({ "name": "a", "colour": "red" }), 422, "colour"),
        (Method::POST, "/accounts/demo/droplets", json!({ "id": 402_117_301, "name": "a" }), 422, "exists already"),
        (Method::PATCH, "/accounts/demo/droplets/402117301", json!({ "colour": "red" }), 422, "colour"),
        (Method::PATCH, "/accounts/demo/droplets/1", json!({ "name": "a" }), 404, "there is no droplet `1`"),
        (Method::POST, "/faults", json!({ "path": "/", "effect": { "type": "explode" } }), 422, "explode"),
        (Method::PUT, "/state", json!({ "accounts": { "a": { "tokns": {} } } }), 422, "tokns"),
        (Method::GET, "/requests?colour=red", Value::Null, 400, "colour"),
        (Method::DELETE, "/health", Value::Null, 405, "has no DELETE"),
    ] {
        let reply = admin(&sim, method, path, body).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        assert!(reply.json()["error"].as_str().unwrap().contains(part), "{path}: {}", reply.text);
    }
}
