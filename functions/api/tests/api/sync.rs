//! The state of the mirror, and runs on demand.

use domain::{AccountStatus, Kind, SweepStatus};
use runtime::Message;
use runtime::batch::Sent;
use serde_json::json;

use crate::app::{App, Who, queue_url, time};
use crate::seed;

#[tokio::test]
async fn there_is_a_row_for_every_worker_of_every_account() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::account(table, "other", AccountStatus::Paused).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Complete, time("2026-04-12T11:50:00Z")).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Failed, time("2026-04-12T11:58:00Z")).await;
    seed::sweep(table, "main", "dns_zone", SweepStatus::Held, time("2026-04-12T11:58:00Z")).await;
    let list = app.get(Who::Admin, "/sync").await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 2 * inventory::workers::WORKERS.len());
    assert_eq!((&list.body["complete"], &list.body["as_of"]), (&json!(false), &json!("2026-04-12T11:50:00Z")));

    let row = |worker| app.get(Who::Admin, worker);
    let droplets = row("/sync?account=main&worker=droplets").await.body["data"][0].clone();
    let expected = json!({
        "account": "main", "worker": "droplets", "kind": "droplet", "status": "failed",
        "last_complete_at": "2026-04-12T11:50:00Z", "age_seconds": 600, "items": 5, "pages": 1, "requests": 1,
        "changes": 5,
        "changes_by_type": { "discovered": 5, "updated": 0, "struck": 0, "returned": 0, "deleted": 0, "restored": 0, "attributed": 0 },
        "error": "DigitalOcean answered 503", "notes": [], "run_id": "run-main-droplet",
        "last_attempt_at": "2026-04-12T11:57:58Z", "finished_at": "2026-04-12T11:58:00Z", "running": false, "held": null,
        "rate_limit_remaining": 4987
    });
    assert_eq!(droplets, expected);
    let domains = row("/sync?account=main&worker=domains").await.body["data"][0].clone();
    assert_eq!((&domains["status"], &domains["held"]["count"]), (&json!("held"), &json!(7)));
    let projects = row("/sync?account=other&worker=projects").await.body["data"][0].clone();
    assert_eq!((&projects["status"], &projects["age_seconds"]), (&json!("never"), &json!(null)));
    assert_eq!(row("/sync?worker=nonsense").await.pointers(), ["#/query/worker"]);
}

#[tokio::test]
async fn a_run_is_a_message_that_the_worker_reads() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    let bodies = [
        (None, "*"),
        (Some("null"), "*"),
        (Some("{}"), "*"),
        (Some(r#"{"account":"main"}"#), "main"),
        (Some(r#"{"account":null}"#), "*"),
    ];
    for (number, (body, account)) in bodies.into_iter().enumerate() {
        let answer = app.send(Who::Admin, "POST", "/sync/droplets", body.map(str::to_owned)).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let sent = app.queue.sent(&queue_url("droplets"));
        assert_eq!(sent.len(), number + 1);
        let message = Message::parse(sent[number].body.as_bytes(), "droplets", &Sent::default()).unwrap();
        assert_eq!((message.account.as_str(), message.attempt), (account, 0));
        assert_eq!(message.scheduled_at, time("2026-04-12T12:00:00Z"));
        assert_eq!(answer.body["run_id"], message.run_id);
    }
}

#[tokio::test]
async fn a_run_that_cannot_be_is_refused() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    seed::account(&app.table.table, "paused", AccountStatus::Paused).await;
    let cases = [
        ("/sync/nonsense", json!({}), 404),
        ("/sync/droplets", json!({ "account": "nowhere" }), 404),
        ("/sync/droplets", json!({ "account": "paused" }), 409),
        ("/sync/droplets", json!({ "account": "*" }), 422),
        ("/sync/droplets", json!({ "acount": "main" }), 422),
        ("/sync/droplets", json!([]), 422),
        ("/sync/droplets/confirm", json!({ "account": "main" }), 409),
        ("/sync/droplets/confirm", json!({}), 422),
        ("/sync/nonsense/confirm", json!({ "account": "main" }), 404),
    ];
    for (path, body, status) in cases {
        let answer = app.post(Who::Admin, path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
    }
    assert!(app.queue.sent(&queue_url("droplets")).is_empty());
    app.queue.refuse(&queue_url("droplets"));
    let answer = app.post(Who::Admin, "/sync/droplets", json!({})).await;
    assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (503, true));
}

#[tokio::test]
async fn a_hold_is_confirmed_by_its_name_and_audited() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Held, time("2026-04-12T11:50:00Z")).await;
    let path = "/sync/droplets/confirm";
    let other = app.post(Who::Admin, path, json!({ "account": "main", "hold_id": "another" })).await;
    assert_eq!((other.status, &other.body["type"]), (409, &json!("urn:arcadia:problem:nothing-held")));
    let answer = app.post(Who::Admin, path, json!({ "account": "main", "hold_id": "hold-1" })).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let lane = table.lane(&seed::account_id("main"), &Kind::of("droplet")).await.unwrap().unwrap();
    let confirmation = lane.confirmation.unwrap();
    assert_eq!((confirmation.hold_id.as_str(), confirmation.at), ("hold-1", time("2026-04-12T12:00:00Z")));
    assert_eq!(app.queue.sent(&queue_url("droplets")).len(), 1);
    assert!(app.table.dump().await.iter().any(|item| item.starts_with("AUDIT#") && item.contains("sync.confirm")));
}
