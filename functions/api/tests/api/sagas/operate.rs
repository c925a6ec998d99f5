//! Operators' commands, accepted and refused.

use serde_json::{Value, json};

use super::{started, upsert};
use crate::app::{App, Who};
use crate::seed;

async fn app() -> App {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    app.digitalocean.record("acme.example", "A", "www", "192.0.2.1", 1800);
    app
}

fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().rsplit(':').next().unwrap()
}

#[tokio::test]
async fn invalid_commands_are_refused() {
    let app = app().await;
    let id = started(&app, "main", json!([{ "step": "fail" }])).await;
    let reason = json!({ "reason": "because" });
    for (verb, body, status, expected) in [
        ("resume", json!({}), 409, "saga-status"),
        ("skip", json!({ "step": 0, "reason": "because" }), 409, "step-not-stuck"),
        ("close", reason.clone(), 409, "saga-status"),
        ("approve", reason.clone(), 409, "not-awaiting-approval"),
        ("deny", reason.clone(), 409, "not-awaiting-approval"),
        ("close", json!({}), 422, "unprocessable"),
        ("skip", reason.clone(), 422, "unprocessable"),
        ("resume", reason.clone(), 422, "unprocessable"),
        ("cancel", json!({ "reason": "dop_v1_0123" }), 422, "unprocessable"),
        ("cancel", reason.clone(), 200, ""),
        ("cancel", reason.clone(), 409, "saga-status"),
    ] {
        let answer = app.post(Who::Admin, &format!("/sagas/{id}/{verb}"), body).await;
        assert_eq!(answer.status, status, "{verb}: {}", answer.text);
        if status >= 400 {
            assert_eq!(kind(&answer.body), expected, "{verb}");
        }
        let missing = format!("/sagas/0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11/{verb}");
        let body = if verb == "skip" {
            json!({ "step": 0, "reason": "x" })
        } else if verb == "resume" {
            json!({})
        } else {
            reason.clone()
        };
        assert_eq!(app.post(Who::Admin, &missing, body.clone()).await.status, 404, "{verb}");
        assert_eq!(app.post(Who::Admin, &format!("/sagas/x/{verb}"), body.clone()).await.status, 400, "{verb}");
        assert_eq!(app.post(Who::Tenant("acme"), &format!("/sagas/{id}/{verb}"), body).await.status, 403, "{verb}");
    }
}

#[tokio::test]
async fn a_gate_is_approved_or_denied() {
    let app = app().await;
    for (verb, status) in [("approve", "succeeded"), ("deny", "rolled_back")] {
        let id = started(&app, "main", json!([{ "step": "gate", "inputs": { "question": "go on?" } }])).await;
        app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        assert_eq!(app.get(Who::Admin, &format!("/sagas/{id}")).await.body["status"], "waiting");
        let answer = app.send(Who::Admin, "POST", &format!("/sagas/{id}/{verb}"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.body["steps"][0]["verdict"]["by"], "admin-1");
        app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        assert_eq!(app.get(Who::Admin, &format!("/sagas/{id}")).await.body["status"], status);
        let audited = app.table.dump().await;
        let action = format!("saga.{verb}");
        assert!(audited.iter().any(|item| item.starts_with("AUDIT#") && item.contains(&action) && item.contains(&id)));
    }
}

#[tokio::test]
async fn a_stuck_saga_is_resumed_skipped_or_closed() {
    let app = app().await;
    for verb in ["resume", "skip", "close"] {
        let steps = json!([upsert("acme.example", verb, "192.0.2.7"), { "step": "gate" }]);
        let id = started(&app, "main", steps).await;
        app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        app.digitalocean.refuse(Some("no"));
        app.post(Who::Admin, &format!("/sagas/{id}/deny"), json!({})).await;
        app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        let stuck = app.get(Who::Admin, &format!("/sagas/{id}")).await;
        assert_eq!(
            (&stuck.body["status"], &stuck.body["stuck"]["reason"]),
            (&json!("stuck"), &json!("undo_refused")),
            "{}",
            stuck.text
        );
        assert!(stuck.body["stuck"]["runbook"].as_str().unwrap().contains("resume"));
        let tenants = app.get(Who::Tenant("acme"), &format!("/sagas/{id}")).await;
        assert_eq!((&tenants.body["stuck"]["why"], &tenants.body["stuck"]["runbook"]), (&Value::Null, &Value::Null));
        app.digitalocean.refuse(None);
        let body = match verb {
            "resume" => json!({}),
            "skip" => json!({ "step": 0, "reason": "kept" }),
            _ => json!({ "reason": "kept" }),
        };
        let answer = app.post(Who::Admin, &format!("/sagas/{id}/{verb}"), body).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
        app.digitalocean.drive(&app.table.table, &app.clock, &id).await;
        let ended = app.get(Who::Admin, &format!("/sagas/{id}")).await.body;
        assert_eq!(ended["status"], if verb == "resume" { "rolled_back" } else { "closed" }, "{verb}: {ended}");
    }
    assert_eq!(app.digitalocean.data("acme.example").len(), 3, "two were kept");
}
