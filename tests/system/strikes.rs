//! Three strikes, and the way back.

use serde_json::{Value, json};

use crate::answer::column;
use crate::harness::scenarios;
use crate::world::World;

scenarios![
    the_third_strike_removes_and_a_return_restores,
    three_ticks_at_once_are_one_strike,
    the_last_one_of_a_kind_goes_like_any_other,
];

fn web() -> Value {
    json!({ "id": 8101, "name": "web", "created_at": "2025-03-01T10:00:00Z" })
}

async fn the_third_strike_removes_and_a_return_restores(world: &World) {
    let other = json!({ "id": 8102, "name": "db", "created_at": "2025-03-01T10:00:00Z" });
    world.new_account("strikes", json!({ "droplets": [web(), other] })).await;
    world.run("strikes", "droplets").await;
    let path = "inventory/resources/strikes/droplet/8101";
    let seen_at = world.get(path).await["last_seen_at"].clone();

    world.simulator.remove("strikes", "droplets", "8101").await;
    for strike in 1..=2 {
        let state = world.run("strikes", "droplets").await;
        assert_eq!((&state["status"], &state["changes_by_type"]["struck"]), (&json!("complete"), &json!(1)), "{state}");
        let droplet = world.get(path).await;
        assert_eq!((&droplet["stale_strike_count"], &droplet["deleted_at"]), (&json!(strike), &Value::Null));
        assert_eq!(droplet["last_seen_at"], seen_at, "what is missed is not seen");
        // Too soon to count.
        assert_eq!(world.run("strikes", "droplets").await["changes"], 0);
        world.pass_strike_interval().await;
    }
    let state = world.run("strikes", "droplets").await;
    assert_eq!(state["changes_by_type"]["deleted"], 1, "{state}");
    assert_eq!(column(&world.resources("strikes", "droplet").await, "provider_id"), ["8102"]);
    let gone = world.list("inventory/resources?account=strikes&deleted=true").await;
    assert_eq!(column(&gone, "provider_id"), ["8101"]);
    assert!(gone[0]["deleted_at"].is_string(), "{gone:?}");
    assert_eq!(events(world, path).await, ["deleted", "discovered"]);

    // The same droplet: of the same id and the same time of creation.
    world.simulator.add("strikes", "droplets", web()).await;
    let state = world.run("strikes", "droplets").await;
    assert_eq!(state["changes_by_type"]["restored"], 1, "{state}");
    let droplet = world.get(path).await;
    assert_eq!((&droplet["stale_strike_count"], &droplet["deleted_at"]), (&json!(0), &Value::Null));
    assert_eq!(events(world, path).await, ["restored", "deleted", "discovered"]);
}

async fn three_ticks_at_once_are_one_strike(world: &World) {
    let droplets = json!([{ "id": 8201, "name": "one" }, { "id": 8202, "name": "two" }]);
    world.new_account("ticks", json!({ "droplets": droplets })).await;
    world.run("ticks", "droplets").await;
    world.simulator.remove("ticks", "droplets", "8202").await;
    let tick = || world.trigger("ticks", "droplets");
    tokio::join!(tick(), tick(), tick());
    world.wait_until_drained("droplets").await;
    let droplet = world.get("inventory/resources/ticks/droplet/8202").await;
    assert_eq!((&droplet["stale_strike_count"], &droplet["deleted_at"]), (&json!(1), &Value::Null), "{droplet}");
}

async fn the_last_one_of_a_kind_goes_like_any_other(world: &World) {
    world.new_account("last", json!({ "domains": [{ "name": "last.example" }] })).await;
    world.run("last", "domains").await;
    world.simulator.remove("last", "domains", "last.example").await;
    for _ in 0..2 {
        assert_eq!(world.run("last", "domains").await["changes_by_type"]["struck"], 1);
        world.pass_strike_interval().await;
    }
    let state = world.run("last", "domains").await;
    assert_eq!((&state["status"], &state["changes_by_type"]["deleted"]), (&json!("complete"), &json!(1)), "{state}");
    assert!(world.resources("last", "dns_zone").await.is_empty());
}

async fn events(world: &World, path: &str) -> Vec<String> {
    let events = world.list(&format!("{path}/events")).await;
    events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).filter(|event| event != "updated").collect()
}
