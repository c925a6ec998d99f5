//! The routes of sagas: start, plan, read and operate.

pub(crate) mod fake_digitalocean;
mod operate;
mod read;
mod start;

use serde_json::{Value, json};

use crate::app::{Answer, App, Who, event};

/// The inputs of a DNS record step.
pub(crate) fn dns(zone: &str, name: &str, data: &str) -> Value {
    json!({ "dns_domain": zone, "dns_record_type": "A", "dns_record_name": name, "dns_record_data": data, "dns_record_ttl": 300 })
}

/// A step that ensures a DNS record.
pub(crate) fn upsert(zone: &str, name: &str, data: &str) -> Value {
    json!({ "step": "upsert_dns_record", "inputs": dns(zone, name, data) })
}

/// Starts a saga in an account and returns its id.
pub(crate) async fn started(app: &App, account: &str, steps: Value) -> String {
    let answer = app.post(Who::Admin, "/sagas", json!({ "account": account, "steps": steps })).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// Sends a POST request with an idempotency key.
async fn post_with(app: &App, key: &str, path: &str, body: &Value) -> Answer {
    let mut sent = event(Who::Admin, "POST", &format!("/api/v1{path}"), Some(body.to_string()));
    sent["headers"]["idempotency-key"] = key.into();
    app.deliver(sent).await
}
