//! Starting and planning sagas: accepted and refused requests, and when DigitalOcean is called.

use chrono::TimeDelta;
use domain::AccountStatus;
use sagas::ports::Fault;
use sagas::record::Phase;
use sagas::steps::STEPS;
use serde_json::{Value, json};

use super::{dns, post_with, upsert};
use crate::app::{App, DOCUMENT, Who, time};
use crate::seed;

async fn app() -> App {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    app.digitalocean.record("shop.example", "A", "www", "192.0.2.1", 1800);
    app
}

#[tokio::test]
async fn a_started_saga_is_written_scheduled_audited_and_listed() {
    let app = app().await;
    let answer = app.post(Who::Admin, "/sagas", json!({ "steps": [upsert("shop.example", "www", "192.0.2.7")] })).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("/api/v1/sagas/{id}"));
    let saga = &answer.body;
    let shown = json!([saga["type"], saga["account"], saga["status"], saga["tenant_id"], saga["created_by"]]);
    assert_eq!(shown, json!(["custom", "main", "pending", null, "admin-1"]));
    assert_eq!(saga["steps"][0]["step"], "upsert_dns_record");
    assert_eq!(app.get(Who::Admin, &format!("/sagas/{id}")).await.body, answer.body);
    assert_eq!(app.digitalocean.wake_ups(), [(id.parse().unwrap(), Phase::Forward, time("2026-04-12T12:00:00Z"))]);
    assert_eq!(app.digitalocean.calls(), 0, "starting a saga does not call DigitalOcean");
    let items = app.table.dump().await;
    assert!(items.iter().any(|item| item.starts_with("AUDIT#") && item.contains("saga.start") && item.contains(id)));
}

#[tokio::test]
async fn every_invalid_field_is_reported_and_nothing_is_called_or_written() {
    let app = app().await;
    let before = app.table.requests.counts().writes;
    let token = "dop_v1_0123456789abcdef";
    let cases: [(Value, &[&str]); 13] = [
        (json!({}), &["#/steps"]),
        (json!({ "steps": [] }), &["#/steps"]),
        (json!({ "type": "ensure-dsn", "inputs": dns("shop.example", "www", "192.0.2.7") }), &["#/type"]),
        (json!({ "type": "ensure-dns", "steps": [{ "step": "fail" }] }), &["#/steps"]),
        (json!({ "type": "Not a label", "steps": [{ "step": "fail" }] }), &["#/type"]),
        (json!({ "type": "snapshot-droplet", "inputs": { "droplet_id": "x" } }), &["#/inputs/droplet_id"]),
        (
            json!({ "steps": [{ "step": "reboot" }, { "step": "wait" }] }),
            &["#/steps/0/step", "#/steps/1/inputs/seconds"],
        ),
        (json!({ "steps": [{ "step": "fail", "inputs": { token: 1 } }] }), &["#/steps/0/inputs"]),
        (json!({ "steps": [upsert("shop.example", "www", token)] }), &["#/steps/0/inputs/dns_record_data"]),
        (
            json!({ "steps": [{ "step": "fail" }], "plan_hash": "x", "start_at": "2099-01-01T00:00:00Z" }),
            &["#/plan_hash", "#/start_at"],
        ),
        (
            json!({ "account": "Not a slug", "steps": [{ "step": "wait", "inputs": { "seconds": 0 } }] }),
            &["#/account", "#/steps/0/inputs/seconds"],
        ),
        (json!({ "steps": [{ "step": "fail" }], "start_at": "soon" }), &["#/start_at"]),
        (json!({ "steps": [{ "step": "fail", "input": {} }] }), &["#/steps/0/input"]),
    ];
    for (body, pointers) in cases {
        for path in ["/sagas", "/sagas/plan"] {
            let answer = app.post(Who::Admin, path, body.clone()).await;
            assert_eq!((answer.status, answer.pointers()), (422, pointers.to_vec()), "{body}: {}", answer.text);
            assert!(!answer.text.contains("dop_v1"), "{}", answer.text);
        }
    }
    let answer = app.post(Who::Admin, "/provisioning/dns", json!({ "dns_domain": "shop.example", "x": 1 })).await;
    let pointers = ["#/dns_record_data", "#/dns_record_name", "#/dns_record_type", "#/x"];
    assert_eq!((answer.status, answer.pointers()), (422, pointers.to_vec()), "{}", answer.text);
    let answer = app.post(Who::Admin, "/provisioning/snapshot-droplet", json!({})).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/droplet_id"]), "{}", answer.text);
    assert_eq!(
        (app.table.requests.counts().writes, app.digitalocean.calls(), app.digitalocean.wake_ups().len()),
        (before, 0, 0)
    );
}

#[tokio::test]
async fn the_account_may_be_left_out_if_only_one_is_registered() {
    let app = App::start().await;
    let ask = |account: Option<&'static str>| {
        let mut body = json!({ "steps": [{ "step": "fail" }] });
        if let Some(account) = account {
            body["account"] = account.into();
        }
        app.post(Who::Admin, "/sagas", body)
    };
    let answer = ask(None).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/account"]));
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    assert_eq!(ask(None).await.status, 202);
    assert_eq!(ask(Some("nowhere")).await.status, 404);
    seed::account(&app.table.table, "paused", AccountStatus::Paused).await;
    let answer = ask(None).await;
    assert_eq!((answer.status, answer.pointers()), (422, vec!["#/account"]));
    let answer = ask(Some("paused")).await;
    assert_eq!((answer.status, &answer.body["type"]), (409, &json!("urn:arcadia:problem:account-paused")));
    assert_eq!(ask(Some("main")).await.status, 202);
}

#[tokio::test]
async fn an_idempotency_key_starts_only_one_saga_whatever_has_changed() {
    let app = app().await;
    let body = json!({ "steps": [upsert("shop.example", "www", "192.0.2.7")] });
    let plan = app.post(Who::Admin, "/sagas/plan", body.clone()).await;
    let mut body = body;
    body["plan_hash"] = plan.body["hash"].clone();
    let first = post_with(&app, "key-1", "/sagas", &body).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let id = first.body["id"].as_str().unwrap();
    app.digitalocean.drive(&app.table.table, &app.clock, id).await;
    app.patch(Who::Admin, "/accounts/main", json!({ "status": "paused" })).await;
    let again = post_with(&app, "key-1", "/sagas", &body).await;
    assert_eq!((again.status, &again.body["id"], &again.body["status"]), (200, &json!(id), &json!("succeeded")));
    for (path, other) in [
        ("/sagas", json!({ "steps": [{ "step": "fail" }] })),
        ("/provisioning/snapshot-droplet", json!({ "droplet_id": 7 })),
    ] {
        let answer = post_with(&app, "key-1", path, &other).await;
        assert_eq!((answer.status, &answer.body["type"]), (409, &json!("urn:arcadia:problem:idempotency-key-reused")));
    }
    for bad in ["", "a b", "dop_v1_0123", &"k".repeat(129)] {
        let answer = post_with(&app, bad, "/sagas", &body).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["#/header/idempotency-key"]), "{bad}");
    }
    app.patch(Who::Admin, "/accounts/main", json!({ "status": "enabled" })).await;
    app.clock.advance(TimeDelta::days(8));
    let later = post_with(&app, "key-1", "/sagas", &json!({ "steps": [{ "step": "fail" }] })).await;
    assert_eq!(later.status, 202, "a key is forgotten: {}", later.text);
}

#[tokio::test]
async fn a_plan_lists_the_changes_and_its_hash_binds_the_start() {
    let app = app().await;
    app.digitalocean.record("shop.example", "A", "www", "192.0.2.2", 1800);
    let mut inputs = dns("shop.example", "www", "192.0.2.7");
    inputs["dns_mode"] = "additive".into();
    let steps = json!([{ "step": "upsert_dns_record", "inputs": inputs }, { "step": "create_droplet_snapshot", "inputs": { "droplet_id": 7 } }, { "step": "fail" }]);
    let body = json!({ "steps": steps });
    let plan = app.post(Who::Admin, "/sagas/plan", body.clone()).await;
    assert_eq!(plan.status, 200, "{}", plan.text);
    assert_eq!(
        plan.body,
        app.post(Who::Admin, "/sagas/plan", body.clone()).await.body,
        "planning again gives the same plan"
    );
    let effects: Vec<_> =
        plan.body["steps"].as_array().unwrap().iter().map(|step| step["effect"].as_str().unwrap()).collect();
    assert_eq!(effects, ["create", "create", "fail"]);
    let siblings = &plan.body["steps"][0]["sibling_ttls"];
    assert_eq!((siblings[0]["before"].as_u64(), siblings[0]["after"].as_u64()), (Some(1800), Some(300)));
    assert_eq!(siblings.as_array().unwrap().len(), 2);
    assert_eq!(plan.body["price_monthly_up_to"], json!({ "amount": "3.00", "currency": "USD" }));
    assert_eq!((&plan.body["fails_at"], &plan.body["steps"][0]["undo"]), (&json!(2), &json!("exact")));
    let held = json!({ "steps": steps, "plan_hash": plan.body["hash"] });
    assert_eq!(app.post(Who::Admin, "/sagas", held.clone()).await.status, 202);
    app.digitalocean.record("shop.example", "A", "www", "192.0.2.3", 1800);
    let drifted = app.post(Who::Admin, "/sagas", held).await;
    assert_eq!((drifted.status, &drifted.body["type"]), (409, &json!("urn:arcadia:problem:plan-drift")));
    let other = json!({ "steps": [{ "step": "fail" }], "plan_hash": plan.body["hash"] });
    assert_eq!(app.post(Who::Admin, "/sagas", other).await.status, 409, "another request");
}

#[tokio::test]
async fn there_is_no_plan_if_digitalocean_cannot_be_read() {
    let app = app().await;
    let body = json!({ "type": "ensure-dns", "inputs": dns("shop.example", "www", "192.0.2.7") });
    let until = time("2026-04-12T12:10:00Z");
    for (fault, status, kind, retry_after) in [
        (Fault::Transient("s3cret".to_owned()), 503, "digitalocean-unavailable", Some("5")),
        (Fault::Limited { until }, 503, "digitalocean-unavailable", Some("600")),
        (Fault::Unauthorised("s3cret".to_owned()), 409, "token-not-accepted", None),
        (Fault::Refused("s3cret".to_owned()), 409, "digitalocean-refuses", None),
    ] {
        app.digitalocean.fail(Some(fault));
        let answer = app.post(Who::Admin, "/sagas/plan", body.clone()).await;
        let after = answer.headers.get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!((answer.status, after), (status, retry_after), "{}", answer.text);
        assert_eq!(answer.body["type"], format!("urn:arcadia:problem:{kind}"));
        assert!(!answer.text.contains("s3cret"), "{}", answer.text);
    }
}

#[tokio::test]
async fn provisioning_routes_start_template_sagas() {
    let app = app().await;
    let snapshot = json!({ "account": "main", "droplet_id": "7", "start_at": "2026-04-12T13:00:00Z" });
    let answer = app.post(Who::Admin, "/provisioning/snapshot-droplet", snapshot).await;
    let shown = (answer.status, &answer.body["type"], &answer.body["start_at"], &answer.body["next_due"]);
    let at = json!("2026-04-12T13:00:00Z");
    assert_eq!((shown.0, shown.1, shown.2), (202, &json!("snapshot-droplet"), &at), "{}", answer.text);
    assert_eq!(app.digitalocean.wake_ups()[0].2, time("2026-04-12T13:00:00Z"));
    assert_eq!(answer.body["steps"][0]["inputs"], json!({ "droplet_id": "7" }));
    for (ensure, definition) in [(None, "ensure-dns"), (Some("present"), "ensure-dns"), (Some("absent"), "remove-dns")]
    {
        let mut body = dns("shop.example", "www", "192.0.2.7");
        if let Some(ensure) = ensure {
            body["ensure"] = ensure.into();
        }
        let answer = app.post(Who::Admin, "/provisioning/dns", body).await;
        assert_eq!((answer.status, &answer.body["type"]), (202, &json!(definition)), "{}", answer.text);
    }
}

/// The bodies of `/provisioning` are documented by hand, so this test checks that they have all
/// inputs of their steps.
#[test]
fn provisioning_bodies_have_the_inputs_of_their_steps() {
    for (schema, step, others) in [
        ("DnsRequest", "upsert_dns_record", &["account", "ensure", "plan_hash", "start_at"][..]),
        ("DnsRequest", "delete_dns_record", &["account", "ensure", "plan_hash", "start_at"][..]),
        ("SnapshotRequest", "create_droplet_snapshot", &["account", "plan_hash", "start_at"][..]),
    ] {
        let described = DOCUMENT["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let mut described: Vec<&str> = described.keys().map(String::as_str).collect();
        let mut taken = [STEPS.named(step).unwrap().inputs, others].concat();
        described.sort_unstable();
        taken.sort_unstable();
        assert_eq!(described, taken, "{schema}");
    }
}
