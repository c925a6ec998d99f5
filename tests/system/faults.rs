//! What `DigitalOcean` refuses, garbles or holds back costs a run, never a resource.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::text;
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    a_failed_list_is_reported_and_strikes_nothing,
    a_rate_limited_run_comes_back_by_itself,
    a_token_that_lost_its_scope_strikes_nothing,
];

const DROPLETS: &str = "/v2/droplets";
/// Two pages of 200.
const COUNT: usize = 205;

/// A fault, the status it leads to, and words of the error that `GET /sync` shows: what happened,
/// and what to do.
struct Case {
    fault: Value,
    status: &'static str,
    words: [&'static str; 2],
}

fn cases() -> [Case; 8] {
    let case = |effect: Value, status, words| Case { fault: json!({ "effect": effect }), status, words };
    let on_page_2 = |effect: Value, words| Case {
        fault: json!({ "query": { "page": "2" }, "effect": effect }),
        status: "failed",
        words,
    };
    [
        case(json!({ "type": "status", "status": 401 }), "failed", ["401", "replace it"]),
        case(json!({ "type": "status", "status": 403 }), "not_visible", ["403", "droplet:read"]),
        case(
            json!({ "type": "rate_limit", "limit": "hourly", "wait_seconds": 900 }),
            "failed",
            ["rate limited", "try again at"],
        ),
        on_page_2(json!({ "type": "status", "status": 503 }), ["503", "try again later"]),
        case(json!({ "type": "error_body", "message": "upstream is down" }), "failed", ["upstream is down", "200"]),
        on_page_2(json!({ "type": "truncated_json" }), ["cut off", "try again later"]),
        on_page_2(json!({ "type": "cut", "at": "mid_body" }), ["cut off", "try again later"]),
        on_page_2(
            json!({ "type": "page_shift", "change": "remove" }),
            ["could not be read as a whole", "changed meanwhile"],
        ),
    ]
}

async fn a_failed_list_is_reported_and_strikes_nothing(world: &World) {
    world.new_account("faults", json!({})).await;
    world.simulator.admin("POST", "accounts/faults/droplets/generate", Some(json!({ "count": COUNT }))).await;
    let first = world.run("faults", "droplets").await;
    assert_eq!((&first["status"], &first["items"]), (&json!("complete"), &json!(COUNT)), "{first}");

    for Case { mut fault, status, words } in cases() {
        fault["account"] = json!("faults");
        fault["path"] = json!(DROPLETS);
        world.simulator.fault_with(fault.clone()).await;
        let state = world.run("faults", "droplets").await;
        assert_eq!(state["status"], status, "{fault}: {state}");
        let error = text(&state, "error");
        assert!(words.iter().all(|word| error.contains(word)), "{fault}: {error}");
        assert_eq!(state["changes"], 0, "{fault}: {state}");
        assert_eq!(state["last_complete_at"], first["last_complete_at"], "{fault}: {state}");
        world.simulator.clear_faults().await;
    }
    expect_untouched(world, "faults", COUNT).await;
    // What waits for another try would run whenever its time comes; the queue is this scenario's
    // alone.
    world.purge("droplets").await;

    let after = world.run("faults", "droplets").await;
    assert_eq!((&after["status"], &after["error"]), (&json!("complete"), &Value::Null), "{after}");
    assert_eq!((&after["items"], &after["changes"]), (&json!(COUNT), &json!(0)), "{after}");
}

async fn a_rate_limited_run_comes_back_by_itself(world: &World) {
    world.new_account("limited", json!({ "droplets": [{ "id": 71, "name": "one" }] })).await;
    let effect = json!({ "type": "rate_limit", "limit": "hourly", "wait_seconds": 3 });
    world.simulator.fault_with(json!({ "account": "limited", "path": DROPLETS, "times": 1, "effect": effect })).await;
    let refused = world.run("limited", "droplets").await;
    assert_eq!(refused["status"], "failed", "{refused}");
    assert!(text(&refused, "error").contains("rate limited"), "{refused}");
    let state = world
        .wait("the same run, tried again", Duration::from_secs(30), async || {
            let state = world.sync("limited", "droplets").await;
            (state["status"] == "complete").then_some(state)
        })
        .await;
    assert_eq!((&state["run_id"], &state["items"]), (&refused["run_id"], &json!(1)), "{state}");
}

/// `DigitalOcean` refuses such a token, or answers it with lists that look whole and are empty.
/// Then the refusal of a single object tells: before anything is struck, one that is missing is
/// asked for.
async fn a_token_that_lost_its_scope_strikes_nothing(world: &World) {
    let droplets: Vec<_> = (1..=3).map(|id| json!({ "id": 7200 + id, "name": format!("d{id}") })).collect();
    world.new_account("scopes", json!({ "droplets": droplets })).await;
    assert_eq!(world.run("scopes", "droplets").await["status"], "complete");
    for (missing_scope, hidden_status) in [("forbidden", 403), ("filtered", 403)] {
        world.restrict_token("scopes", json!(["project:read"]), missing_scope, hidden_status).await;
        let state = world.run("scopes", "droplets").await;
        assert_eq!(state["status"], "not_visible", "{missing_scope}: {state}");
        assert!(text(&state, "error").contains("droplet:read"), "{missing_scope}: {state}");
        expect_untouched(world, "scopes", 3).await;
    }
    world.restrict_token("scopes", json!("all"), "forbidden", 403).await;
    assert_eq!(world.run("scopes", "droplets").await["status"], "complete");
}

async fn expect_untouched(world: &World, account: &str, count: usize) {
    let droplets = world.resources(account, "droplet").await;
    assert_eq!(droplets.len(), count);
    let struck: Vec<_> = droplets.iter().filter(|droplet| droplet["stale_strike_count"] != 0).collect();
    assert!(struck.is_empty(), "{struck:?}");
    let gone = world.list(&format!("inventory/resources?account={account}&deleted=true")).await;
    assert!(gone.is_empty(), "{gone:?}");
}
