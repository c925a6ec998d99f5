//! Messages of every sort: malformed, for an unknown account, twice at the same time.

use std::time::Duration;

use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::text;
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    bad_messages_go_to_the_dead_letter_queue_and_good_ones_beside_them_work,
    a_paused_account_is_left_alone,
    two_runs_at_once_make_no_event_twice,
];

fn message(account: &str, run: &str) -> Value {
    json!({ "v": 1, "worker": "droplets", "account": account, "run_id": run })
}

async fn bad_messages_go_to_the_dead_letter_queue_and_good_ones_beside_them_work(world: &World) {
    world.new_account("queues", json!({ "droplets": [{ "id": 9001, "name": "one" }] })).await;
    world.purge("droplets").await;
    let mut wrong_version = message("queues", "wrong-version");
    wrong_version["v"] = json!(2);
    let bodies = [
        "{\"v\": 1, \"worker\"".to_owned(),
        wrong_version.to_string(),
        message("not-registered", "unknown-account").to_string(),
        message("queues", "good").to_string(),
    ];
    let entries: Vec<_> =
        (0..).zip(&bodies).map(|(id, body)| json!({ "Id": format!("m{id}"), "MessageBody": body })).collect();
    let url = world.queue("droplets").to_owned();
    world.aws("sqs", "send_message_batch", json!({ "QueueUrl": url, "Entries": entries })).await;

    let state = world.wait_for_receipt("queues", "droplets", "good").await;
    assert_eq!((&state["status"], &state["items"]), (&json!("complete"), &json!(1)), "{state}");
    world.wait_until_drained("droplets").await;
    let mut letters = world.dead_letters("droplets").await;
    letters.sort();
    let mut expected = [
        (bodies[0].clone(), "bad message"),
        (bodies[1].clone(), "version 2"),
        (bodies[2].clone(), "the account not-registered is not registered"),
    ];
    expected.sort();
    assert_eq!(letters.len(), expected.len(), "{letters:?}");
    for ((body, reason), (sent, words)) in letters.iter().zip(&expected) {
        assert_eq!(body, sent, "a dead letter can be sent back as it was");
        assert!(reason.contains(words), "{reason}");
    }
    world.purge("droplets").await;
}

async fn a_paused_account_is_left_alone(world: &World) {
    world.new_account("paused", json!({ "droplets": [{ "id": 9101, "name": "one" }] })).await;
    let pause = json!({ "status": "paused" });
    world.call("PATCH", "accounts/paused", Some(pause), &ApiUser::Admin).await.expect(200);
    let body = message("paused", "too-late").to_string();
    world.purge("droplets").await;
    world.aws("sqs", "send_message", json!({ "QueueUrl": world.queue("droplets"), "MessageBody": body })).await;
    world.wait_until_drained("droplets").await;
    assert_eq!(world.sync("paused", "droplets").await["status"], "never");
    assert_eq!(world.simulator.count("GET", "*", "paused").await, 0);
    assert!(world.dead_letters("droplets").await.is_empty());
}

async fn two_runs_at_once_make_no_event_twice(world: &World) {
    let droplets: Vec<_> = (1..=3).map(|id| json!({ "id": 9200 + id, "name": format!("d{id}") })).collect();
    world.new_account("twice", json!({ "droplets": droplets })).await;
    // Slow enough that the second begins while the first is at it.
    world.simulator.fault("twice", "/v2/droplets", json!({ "type": "delay", "delay_ms": 1500 })).await;
    let trigger = || world.trigger("twice", "droplets");
    let (one, other) = tokio::join!(trigger(), trigger());
    let state = world
        .wait("the end of either run", Duration::from_secs(30), async || {
            let state = world.sync("twice", "droplets").await;
            (state["status"] == "complete" && state["running"] == false).then_some(state)
        })
        .await;
    assert!([one.as_str(), &other].contains(&text(&state, "run_id")), "{state}");
    world.simulator.clear_faults().await;
    // The run that found the lease taken is deferred by 20 s.
    world.wait_until_empty("droplets", Duration::from_secs(45)).await;
    for droplet in world.resources("twice", "droplet").await {
        let events =
            world.list(&format!("inventory/resources/twice/droplet/{}/events", text(&droplet, "provider_id"))).await;
        assert_eq!(events.len(), 1, "{events:?}");
    }
    assert!(world.dead_letters("droplets").await.is_empty());
}
