//! The commands of `cargo local`, on the very stack that the other scenarios use.

use std::process::Output;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{scenarios, state_dir};
use crate::world::World;

scenarios![
    status_says_where_everything_is,
    call_prints_the_body_and_tells_success_by_its_exit_code,
    run_prints_the_receipt_and_fails_when_the_worker_does,
    token_prints_a_jwt,
    a_second_up_says_what_to_do,
];

/// Runs `cargo local` with these arguments, for this stack.
async fn local(arguments: &[&str]) -> Output {
    let program = state_dir().with_file_name("debug").join("local");
    let mut command = Command::new(program);
    command.arg("--state-dir").arg(state_dir()).args(arguments).kill_on_drop(true);
    command.output().await.expect("the command runs")
}

/// Returns the standard output as JSON.
#[track_caller]
fn printed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

async fn status_says_where_everything_is(world: &World) {
    let output = local(&["status"]).await;
    assert!(output.status.success(), "{output:?}");
    let info = printed(&output);
    assert_eq!(info["api_url"], world.info().api_url.as_str());
    assert_eq!(info["table"], world.info().table.as_str());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("emulator") && said.contains("digitalocean-sim"), "{said}");
}

async fn call_prints_the_body_and_tells_success_by_its_exit_code(_: &World) {
    let found = local(&["call", "GET", "inventory/resources?kind=droplet&account=demo"]).await;
    assert!(found.status.success(), "{found:?}");
    assert_eq!(printed(&found)["data"].as_array().map(Vec::len), Some(5));
    let missing = local(&["call", "GET", "inventory/resources/demo/droplet/1"]).await;
    assert_eq!(missing.status.code(), Some(1), "{missing:?}");
    assert_eq!(printed(&missing)["status"], 404);
    let foreign = local(&["call", "GET", "sync", "--tenant", "jansen"]).await;
    assert_eq!((foreign.status.code(), &printed(&foreign)["status"]), (Some(1), &json!(403)));
}

async fn run_prints_the_receipt_and_fails_when_the_worker_does(world: &World) {
    let done = local(&["run", "droplets"]).await;
    assert!(done.status.success(), "{done:?}");
    let states = printed(&done);
    assert_eq!((&states[0]["account"], &states[0]["status"]), (&json!("demo"), &json!("complete")));

    world.simulator.fault("demo", "/v2/droplets", json!({ "type": "status", "status": 403 })).await;
    let failed = local(&["run", "droplets"]).await;
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let states = printed(&failed);
    assert_eq!(states[0]["status"], "not_visible");
    assert!(states[0]["error"].as_str().unwrap().contains("403"), "{states}");
    world.simulator.clear_faults().await;
    assert!(local(&["run", "droplets"]).await.status.success());

    let unknown = local(&["run", "sweeper"]).await;
    assert!(!unknown.status.success() && unknown.stdout.is_empty(), "{unknown:?}");
}

async fn token_prints_a_jwt(_: &World) {
    for who in [&["token", "--admin"][..], &["token", "--tenant", "jansen"]] {
        let output = local(who).await;
        assert!(output.status.success(), "{output:?}");
        let token = String::from_utf8(output.stdout).unwrap();
        assert_eq!(token.trim().split('.').filter(|part| !part.is_empty()).count(), 3, "{token}");
    }
}

async fn a_second_up_says_what_to_do(world: &World) {
    let output = local(&["up", "--detach"]).await;
    assert!(!output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("already up") && said.contains(" down"), "{said}");
    assert!(world.get("health").await.is_object(), "the stack that was up is left alone");
}
