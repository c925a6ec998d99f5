//! Much that is gone at once is held until a person says that it is so.

use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::{Answer, text};
use crate::harness::scenarios;
use crate::world::World;

scenarios![a_mass_disappearance_waits_for_a_confirmation];

const ZONES: usize = 9;
const GONE: usize = 6;

fn zone(number: usize) -> String {
    format!("zone-{number}.example")
}

async fn a_mass_disappearance_waits_for_a_confirmation(world: &World) {
    let zones: Vec<_> = (0..ZONES).map(|number| json!({ "name": zone(number) })).collect();
    world.new_account("confirm", json!({ "domains": zones })).await;
    world.run("confirm", "domains").await;
    confirm(world, json!({ "account": "confirm" })).await.expect_problem(409);

    for number in 0..GONE {
        world.simulator.remove("confirm", "domains", &zone(number)).await;
    }
    for _ in 0..2 {
        assert_eq!(world.run("confirm", "domains").await["changes_by_type"]["struck"], GONE);
        world.pass_strike_interval().await;
    }
    let state = world.run("confirm", "domains").await;
    assert_eq!((&state["status"], &state["held"]["count"]), (&json!("held"), &json!(GONE)), "{state}");
    assert!(state["notes"].to_string().contains("POST /sync/domains/confirm"), "says what to do: {state}");
    // Without a confirmation they stay held, and are not deleted.
    let again = world.run("confirm", "domains").await;
    assert_eq!((&again["status"], &again["held"]), (&json!("held"), &state["held"]), "{again}");
    assert_eq!(world.resources("confirm", "dns_zone").await.len(), ZONES);

    let hold_id = text(&state["held"], "hold_id");
    let wrong = json!({ "account": "confirm", "hold_id": "00000000-0000-4000-8000-000000000000" });
    confirm(world, wrong).await.expect_problem(409);
    let elsewhere = json!({ "account": "confirm", "hold_id": hold_id });
    world.call("POST", "sync/droplets/confirm", Some(elsewhere.clone()), &ApiUser::Admin).await.expect_problem(409);
    assert_eq!(world.resources("confirm", "dns_zone").await.len(), ZONES);

    let accepted = confirm(world, elsewhere).await.expect(202);
    let state = world.wait_for_receipt("confirm", "domains", text(&accepted, "run_id")).await;
    assert_eq!((&state["status"], &state["held"]), (&json!("complete"), &Value::Null), "{state}");
    assert_eq!(state["changes_by_type"]["deleted"], GONE, "{state}");
    assert_eq!(world.resources("confirm", "dns_zone").await.len(), ZONES - GONE);
    confirm(world, json!({ "account": "confirm" })).await.expect_problem(409);
}

async fn confirm(world: &World, body: Value) -> Answer {
    world.call("POST", "sync/domains/confirm", Some(body), &ApiUser::Admin).await
}
