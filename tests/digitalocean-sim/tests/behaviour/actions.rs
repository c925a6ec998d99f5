//! Actions on droplets and the snapshots that they create.

use std::time::Duration;

use digitalocean_sim::{
    AccountSeed, Clock, ConsistencySettings, Droplet, Effect, Fault, ListLag, Seed, Simulator, Token,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Reply, TOKEN, call, delete, get, post};

const ACTIONS: &str = "/v2/droplets/7/actions";

/// A simulator with durations that clients have observed, on a manual clock.
async fn sim() -> Simulator {
    let account = AccountSeed::new(TOKEN)
        .token("power", Token::new("power").scopes(["droplet:update"]))
        .token("read", Token::new("read").scopes(["droplet:read", "snapshot:read", "snapshot:delete"]))
        .consistency(ConsistencySettings {
            action_ms: 90_000,
            snapshots: ListLag { creation_delay_ms: 40_000, deletion_delay_ms: 30_000 },
            ..ConsistencySettings::default()
        })
        .object("droplets", Droplet::named("web").id(7).size("s-1vcpu-2gb").region("fra1"))
        .object("droplets", Droplet::named("db").id(8));
    let clock = Clock::manual("2026-11-03T10:00:00.750Z".parse().unwrap());
    Simulator::builder().clock(clock).seed(Seed::empty().with_account("test", account)).start().await.unwrap()
}

fn advance(sim: &Simulator, seconds: u64) {
    sim.clock().advance(Duration::from_secs(seconds));
}

async fn snapshot(sim: &Simulator, name: &str) -> Reply {
    post(sim, ACTIONS, json!({ "type": "snapshot", "name": name })).await
}

async fn names(sim: &Simulator, path: &str) -> Vec<String> {
    get(sim, path).await.names("snapshots")
}

#[tokio::test]
async fn a_snapshot_exists_once_its_action_completes_and_is_listed_later() {
    let sim = sim().await;
    let begun = snapshot(&sim, "before 12.4").await;
    assert_eq!(begun.status, 201);
    let action = begun.json()["action"].clone();
    let id = action["id"].clone();
    assert_eq!(
        json!({ "id": id, "status": "in-progress", "type": "snapshot", "started_at": "2026-11-03T10:00:00Z",
            "completed_at": null, "resource_id": 7, "resource_type": "droplet", "region": action["region"],
            "region_slug": "fra1" }),
        action,
        "the action shows neither the name nor the id of the snapshot"
    );
    assert_eq!(action["region"]["name"], "Frankfurt 1");
    assert_eq!(get(&sim, "/v2/droplets/7").await.json()["droplet"]["locked"], false);
    advance(&sim, 89);
    for path in [format!("/v2/actions/{id}"), format!("{ACTIONS}/{id}")] {
        assert_eq!(get(&sim, &path).await.json()["action"], action);
    }
    assert_eq!(sim.account("test").count("snapshots"), 0);

    advance(&sim, 1);
    let ended = get(&sim, &format!("/v2/actions/{id}")).await.json()["action"].clone();
    assert_eq!((&ended["status"], &ended["completed_at"]), (&json!("completed"), &json!("2026-11-03T10:01:30Z")));
    let ids = get(&sim, "/v2/droplets/7").await.json()["droplet"]["snapshot_ids"].clone();
    let path = format!("/v2/snapshots/{}", ids[0]);
    assert_eq!(
        get(&sim, &path).await.json()["snapshot"],
        json!({ "id": ids[0].to_string(), "name": "before 12.4", "created_at": action["started_at"],
            "regions": ["fra1"], "min_disk_size": 50,
            "size_gigabytes": 5.5, "resource_id": "7", "resource_type": "droplet", "tags": [] })
    );
    let lists = ["/v2/snapshots?resource_type=droplet", "/v2/droplets/7/snapshots"];
    for list in lists {
        assert!(names(&sim, list).await.is_empty(), "{list} does not show the snapshot yet");
    }
    assert!(!get(&sim, "/v2/images?private=true").await.text.contains("before 12.4"));
    advance(&sim, 40);
    for list in lists {
        assert_eq!(names(&sim, list).await, ["before 12.4"], "{list}");
    }
    assert_eq!(get(&sim, lists[1]).await.json()["snapshots"][0]["id"], ids[0], "the id is a number in this list");

    assert_eq!(delete(&sim, &path).await.status, 204);
    assert_eq!(delete(&sim, &path).await.status, 404);
    assert_eq!(get(&sim, &path).await.status, 404);
    advance(&sim, 29);
    for list in lists {
        assert_eq!(names(&sim, list).await, ["before 12.4"], "{list} still shows the deleted snapshot");
    }
    advance(&sim, 1);
    for list in lists {
        assert!(names(&sim, list).await.is_empty(), "{list}");
    }
}

#[tokio::test]
async fn a_droplet_runs_one_action_at_a_time() {
    let sim = sim().await;
    snapshot(&sim, "one").await;
    for body in [json!({ "type": "snapshot", "name": "one" }), json!({ "type": "reboot" })] {
        let refused = post(&sim, ACTIONS, body).await;
        assert_eq!(refused.status, 422);
        let error = json!({ "id": "unprocessable_entity", "message": "Droplet already has a pending event." });
        assert_eq!(refused.json(), error);
    }
    assert_eq!(post(&sim, "/v2/droplets/8/actions", json!({ "type": "reboot" })).await.status, 201);
    advance(&sim, 90);
    assert_eq!(snapshot(&sim, "one").await.status, 201, "a name can be used twice");
    let types = |reply: Reply| -> Vec<String> {
        let json = reply.json();
        json["actions"].as_array().unwrap().iter().map(|action| action["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(types(get(&sim, ACTIONS).await), ["snapshot", "snapshot"]);
    assert_eq!(types(get(&sim, "/v2/actions?per_page=2").await), ["snapshot", "reboot"]);
    assert_eq!(get(&sim, "/v2/actions?per_page=2&page=2").await.json()["meta"]["total"], 3);
}

#[tokio::test]
async fn power_actions_change_the_status_when_they_complete() {
    let sim = sim().await;
    for (action, before, after) in [
        ("shutdown", "active", "off"),
        ("power_on", "off", "active"),
        ("power_off", "active", "off"),
        ("power_cycle", "off", "active"),
        ("reboot", "active", "active"),
    ] {
        assert_eq!(post(&sim, ACTIONS, json!({ "type": action })).await.status, 201, "{action}");
        assert_eq!(sim.account("test").droplet(7).unwrap()["status"], before, "{action}");
        advance(&sim, 90);
        assert_eq!(sim.account("test").droplet(7).unwrap()["status"], after, "{action}");
    }
    for body in [json!({ "type": "explode" }), json!({})] {
        assert_eq!(post(&sim, ACTIONS, body.clone()).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn an_action_can_fail() {
    let sim = sim().await;
    sim.faults().add(Fault::on("/v2/droplets/*/actions", Effect::ActionFails).method("POST").times(1));
    let id = snapshot(&sim, "never").await.json()["action"]["id"].to_string();
    advance(&sim, 90);
    let action = get(&sim, &format!("/v2/actions/{id}")).await.json()["action"].clone();
    assert_eq!((&action["status"], &action["completed_at"]), (&json!("errored"), &json!("2026-11-03T10:01:30Z")));
    assert_eq!(sim.account("test").count("snapshots"), 0);
    // The action is ended by hand while it is in progress, so the droplet accepts another action at
    // once.
    let id = snapshot(&sim, "never").await.json()["action"]["id"].to_string();
    sim.account("test").change("actions", &id, json!({ "status": "errored" }));
    assert_eq!(snapshot(&sim, "at last").await.status, 201);
    advance(&sim, 90);
    assert_eq!(sim.account("test").count("snapshots"), 1);
}

#[tokio::test]
async fn a_snapshot_outlives_its_droplet_and_a_pending_action_does_too() {
    let sim = sim().await;
    let id = snapshot(&sim, "last").await.json()["action"]["id"].to_string();
    assert_eq!(delete(&sim, "/v2/droplets/7").await.status, 204);
    for path in [ACTIONS, &format!("{ACTIONS}/{id}"), "/v2/droplets/7/snapshots"] {
        assert_eq!(get(&sim, path).await.status, 404, "{path}");
    }
    advance(&sim, 130);
    assert_eq!(get(&sim, &format!("/v2/actions/{id}")).await.json()["action"]["status"], "completed");
    assert_eq!(names(&sim, "/v2/snapshots").await, ["last"]);
}

#[tokio::test]
async fn each_action_needs_its_scopes() {
    let sim = sim().await;
    let body = |kind: &str| Some(json!({ "type": kind }));
    assert_eq!(call(&sim, "power", Method::POST, ACTIONS, body("snapshot")).await.status, 403);
    assert_eq!(call(&sim, "read", Method::POST, ACTIONS, body("reboot")).await.status, 403);
    assert_eq!(call(&sim, "power", Method::POST, ACTIONS, body("reboot")).await.status, 201);
    assert_eq!(call(&sim, "read", Method::GET, ACTIONS, None).await.status, 200);
    assert_eq!(call(&sim, "read", Method::GET, "/v2/actions", None).await.status, 403);
    let snapshot =
        sim.account("test").add("snapshots", json!({ "name": "s", "resource_type": "droplet", "resource_id": "7" }));
    let path = format!("/v2/snapshots/{snapshot}");
    assert_eq!(call(&sim, "read", Method::DELETE, &path, None).await.status, 403, "`image:delete` is required too");
}

#[tokio::test]
async fn a_seed_can_have_actions() {
    let seed = json!({ "accounts": { "test": {
        "tokens": { "sync": { "value": TOKEN } },
        "consistency": { "snapshots": { "creation_delay_ms": 5 } },
        "droplets": [{ "id": 7, "name": "web" }],
        "actions": [
            { "id": 70, "type": "create", "droplet_id": 7, "started_at": "2026-01-02T03:04:05Z",
                "ends_at": "2026-01-02T03:04:55Z" },
            { "id": 71, "type": "snapshot", "droplet_id": 7, "status": "in-progress",
                "ends_at": "2999-01-01T00:00:00Z" },
        ],
    } } });
    let sim = Simulator::start(Seed::from_value(seed).unwrap()).await.unwrap();
    let listed = get(&sim, ACTIONS).await.json();
    let shown: Vec<_> = listed["actions"].as_array().unwrap().iter().map(|a| (&a["id"], &a["completed_at"])).collect();
    assert_eq!(shown, [(&json!(71), &Value::Null), (&json!(70), &json!("2026-01-02T03:04:55Z"))]);
    assert_eq!(snapshot(&sim, "two").await.status, 422);
}
