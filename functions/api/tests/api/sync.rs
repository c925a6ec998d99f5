//! The state of the mirror, and runs on request.

use std::collections::BTreeSet;

use domain::{AccountStatus, ChangeCounts, Kind, ProviderId, RunId, ScanProgress, SweepStatus};
use inventory::workers::InventoryWorker;
use runtime::Message;
use runtime::batch::SqsMetadata;
use serde_json::json;
use store::SyncCompletion;

use crate::app::{App, Who, queue_url, time};
use crate::seed;

#[tokio::test]
async fn there_is_a_row_for_every_kind_of_every_worker_of_every_account() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::account(table, "other", AccountStatus::Paused).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Complete, time("2026-04-12T11:50:00Z")).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Failed, time("2026-04-12T11:58:00Z")).await;
    seed::sweep(table, "main", "dns_zone", SweepStatus::Held, time("2026-04-12T11:58:00Z")).await;
    let list = app.get(Who::Admin, "/sync?limit=200").await;
    let kinds = api::workers::all().flat_map(api::workers::AnyWorker::sync_kinds).count();
    assert_eq!(list.body["data"].as_array().unwrap().len(), 2 * kinds);
    assert_eq!((&list.body["complete"], &list.body["as_of"]), (&json!(false), &json!("2026-04-12T11:50:00Z")));

    let row = |worker| app.get(Who::Admin, worker);
    let droplets = row("/sync?account=main&worker=droplets").await.body["data"][0].clone();
    let expected = json!({
        "account": "main", "worker": "droplets", "kind": "droplet", "status": "failed",
        "last_complete_at": "2026-04-12T11:50:00Z", "age_seconds": 600, "items": 5, "pages": 1, "requests": 1,
        "changes": 5,
        "changes_by_type": { "discovered": 5, "updated": 0, "struck": 0, "returned": 0, "deleted": 0, "restored": 0, "attributed": 0 },
        "error": "DigitalOcean answered 503", "notes": [], "run_id": "run-main-droplet",
        "last_attempt_at": "2026-04-12T11:57:58Z", "finished_at": "2026-04-12T11:58:00Z", "running": false, "scan_progress": null, "held": null,
        "rate_limit_remaining": 4987
    });
    assert_eq!(droplets, expected);
    let domains = row("/sync?account=main&worker=domains").await.body["data"][0].clone();
    let held = json!({ "count": 7, "since": "2026-04-12T11:57:58Z", "hold_id": "hold-1", "confirmed_at": null });
    assert_eq!((&domains["status"], &domains["held"]), (&json!("held"), &held));
    let projects = row("/sync?account=other&worker=projects").await.body["data"][0].clone();
    assert_eq!((&projects["status"], &projects["age_seconds"]), (&json!("never"), &json!(null)));
    let services = row("/sync?account=main&worker=services").await.all("kind");
    let expected: Vec<String> =
        InventoryWorker::named("services").unwrap().targets.iter().map(|t| t.sync_kind().into()).collect();
    assert_eq!(services.iter().collect::<BTreeSet<_>>(), expected.iter().collect());
    assert_eq!(row("/sync?kind=certificate").await.all("account"), ["main", "other"]);
    assert_eq!(row("/sync?worker=billing-history").await.all("kind"), ["billing_history", "billing_history"]);
    assert_eq!(row("/sync?worker=nonsense").await.pointers(), ["#/query/worker"]);
}

#[tokio::test]
async fn the_progress_of_a_checkpointed_scan_is_shown() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    let round = ScanProgress {
        run_id: RunId::new("run-1").unwrap(),
        started_at: time("2026-04-12T11:40:00Z"),
        after: ProviderId::new("k.example").ok(),
        unread: 1,
        pages: 40,
        items: 1_200,
        requests: 42,
        changes: ChangeCounts::default(),
    };
    let at = time("2026-04-12T11:50:00Z");
    let under_way = |finish: &mut SyncCompletion| finish.scan_progress = Some(round);
    seed::sweep_leaving(table, "main", "dns_record", SweepStatus::Partial, at, under_way).await;
    let row = app.get(Who::Admin, "/sync?kind=dns_record").await.body["data"][0].clone();
    let expected = json!({
        "run_id": "run-1", "started_at": "2026-04-12T11:40:00Z", "after": "k.example", "unread": 1, "items": 1200, "pages": 40,
        "requests": 42
    });
    assert_eq!((&row["status"], &row["scan_progress"]), (&json!("partial"), &expected));
}

#[tokio::test]
async fn a_run_is_a_message_that_the_worker_reads() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    let bodies = [
        (None, "*", None),
        (Some("null"), "*", None),
        (Some("{}"), "*", None),
        (Some(r#"{"account":"main"}"#), "main", None),
        (Some(r#"{"account":null,"kind":null}"#), "*", None),
        (Some(r#"{"account":"main","kind":"certificate"}"#), "main", Some("certificate")),
        (Some(r#"{"kind":"tag"}"#), "*", Some("tag")),
    ];
    for (number, (body, account, kind)) in bodies.into_iter().enumerate() {
        let answer = app.send(Who::Admin, "POST", "/sync/services", body.map(str::to_owned)).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let sent = app.queue.sent(&queue_url("services"));
        assert_eq!(sent.len(), number + 1);
        let message = Message::parse(sent[number].body.as_bytes(), "services", &SqsMetadata::default()).unwrap();
        assert_eq!(message.fields.get("kind").map(|kind| kind.as_str().unwrap()), kind);
        assert_eq!((message.account.as_str(), message.attempt), (account, 0));
        assert_eq!(message.scheduled_at, time("2026-04-12T12:00:00Z"));
        assert_eq!(answer.body["run_id"], message.run_id);
    }
}

#[tokio::test]
async fn billing_workers_are_run_like_the_others() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    for worker in billing::WORKERS {
        for (body, account) in [(json!({}), "*"), (json!({ "account": "main" }), "main")] {
            let answer = app.post(Who::Admin, &format!("/sync/{}", worker.name), body).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            let sent = app.queue.sent(&queue_url(worker.name));
            let message =
                Message::parse(sent.last().unwrap().body.as_bytes(), worker.name, &SqsMetadata::default()).unwrap();
            assert_eq!((message.account.as_str(), message.fields.len()), (account, 0));
            assert_eq!(answer.body["run_id"], message.run_id);
        }
    }
}

#[tokio::test]
async fn an_invalid_run_request_is_refused() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    seed::account(&app.table.table, "paused", AccountStatus::Paused).await;
    let cases = [
        ("/sync/nonsense", json!({}), 404),
        ("/sync/droplets", json!({ "account": "nowhere" }), 404),
        ("/sync/droplets", json!({ "account": "paused" }), 409),
        ("/sync/droplets", json!({ "account": "*" }), 422),
        ("/sync/droplets", json!({ "acount": "main" }), 422),
        ("/sync/droplets", json!({ "kind": "certificate" }), 422),
        ("/sync/droplets", json!({ "kind": "Not a kind" }), 422),
        ("/sync/balance", json!({ "kind": "balance" }), 422),
        ("/sync/balance/confirm", json!({ "account": "main" }), 404),
        ("/sync/droplets", json!([]), 422),
        ("/sync/droplets/confirm", json!({ "account": "main" }), 409),
        ("/sync/droplets/confirm", json!({ "account": "main", "kind": "droplet" }), 409),
        ("/sync/droplets/confirm", json!({ "account": "main", "kind": "tag" }), 422),
        ("/sync/droplets/confirm", json!({ "account": "main", "hold_id": "a b" }), 422),
        ("/sync/droplets/confirm", json!({}), 422),
        ("/sync/nonsense/confirm", json!({ "account": "main" }), 404),
    ];
    for (path, body, status) in cases {
        let answer = app.post(Who::Admin, path, body.clone()).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
    }
    assert!(app.queue.sent(&queue_url("droplets")).is_empty() && app.queue.sent(&queue_url("balance")).is_empty());
    app.queue.refuse(&queue_url("droplets"));
    let answer = app.post(Who::Admin, "/sync/droplets", json!({})).await;
    assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (503, true));
}

#[tokio::test]
async fn a_hold_is_confirmed_by_its_id_and_audited() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    seed::sweep(table, "main", "droplet", SweepStatus::Held, time("2026-04-12T11:50:00Z")).await;
    let path = "/sync/droplets/confirm";
    let other = app.post(Who::Admin, path, json!({ "account": "main", "hold_id": "another" })).await;
    assert_eq!((other.status, &other.body["type"]), (409, &json!("urn:arcadia:problem:no-held-deletions")));
    let answer = app.post(Who::Admin, path, json!({ "account": "main", "hold_id": "hold-1" })).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let expected = json!({ "run_id": answer.body["run_id"], "account": "main", "kind": "droplet", "hold_id": "hold-1", "count": 7 });
    assert_eq!(answer.body, expected);
    let row = app.get(Who::Admin, "/sync?worker=droplets").await;
    assert_eq!(row.body["data"][0]["held"]["confirmed_at"], "2026-04-12T12:00:00Z");
    let sync_state = table.sync_state(&seed::account_id("main"), &Kind::from_static("droplet")).await.unwrap().unwrap();
    let confirmation = sync_state.confirmation.unwrap();
    assert_eq!((confirmation.hold_id.as_str(), confirmation.at), ("hold-1", time("2026-04-12T12:00:00Z")));
    assert_eq!(app.queue.sent(&queue_url("droplets")).len(), 1);
    assert!(app.table.dump().await.iter().any(|item| item.starts_with("AUDIT#") && item.contains("sync.confirm")));
}

#[tokio::test]
async fn the_kind_selects_one_of_several_holds() {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    let at = time("2026-04-12T11:50:00Z");
    for kind in ["certificate", "tag"] {
        seed::sweep(table, "main", kind, SweepStatus::Held, at).await;
    }
    seed::sweep(table, "main", "ssh_key", SweepStatus::Complete, at).await;
    let confirm = |body| app.post(Who::Admin, "/sync/services/confirm", body);
    // One run may hold back several kinds, so the id of the hold does not identify the kind.
    for vague in [json!({ "account": "main" }), json!({ "account": "main", "hold_id": "hold-1" })] {
        let answer = confirm(vague).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["#/kind"]), "{}", answer.text);
        assert!(answer.text.contains("certificate, tag"), "{}", answer.text);
    }
    assert_eq!(confirm(json!({ "account": "main", "kind": "ssh_key" })).await.status, 409);
    let answer = confirm(json!({ "account": "main", "kind": "tag" })).await;
    assert_eq!((answer.status, &answer.body["kind"]), (202, &json!("tag")), "{}", answer.text);
    let sync_states = table.sync_states(&seed::account_id("main")).await.unwrap();
    let confirmed: Vec<&str> =
        sync_states.iter().filter(|(_, state)| state.confirmation.is_some()).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(confirmed, ["tag"]);
    let sent = app.queue.sent(&queue_url("services"));
    let message = Message::parse(sent[0].body.as_bytes(), "services", &SqsMetadata::default()).unwrap();
    assert_eq!((sent.len(), message.account.as_str(), &message.fields["kind"]), (1, "main", &json!("tag")));
}
