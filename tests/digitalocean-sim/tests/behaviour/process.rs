//! The binary, and the shutdown of a simulator.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use digitalocean_sim::{Seed, Simulator};

#[tokio::test]
async fn the_binary_prints_its_url_and_stops_on_sigterm() {
    let dir = tempfile::tempdir().unwrap();
    let port_file = dir.path().join("port");
    let mut child = Command::new(env!("CARGO_BIN_EXE_digitalocean-sim"))
        .arg("--port-file")
        .arg(&port_file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim();
    assert_eq!(url.rsplit(':').next().unwrap(), std::fs::read_to_string(&port_file).unwrap());
    let reply =
        reqwest::Client::new().get(format!("{url}/v2/account")).bearer_auth("dop_v1_demo_sync").send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_binary_names_the_error_in_a_seed() {
    let dir = tempfile::tempdir().unwrap();
    let seed = dir.path().join("seed.json");
    std::fs::write(&seed, r#"{ "accounts": { "a": { "tokns": {} } } }"#).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_digitalocean-sim")).arg("--seed").arg(&seed).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("tokns"));
}

#[tokio::test]
async fn a_dropped_simulator_stops_serving() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let url = format!("{}/_sim/health", sim.base_url());
    let client = reqwest::Client::new();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    drop(sim);
    for _ in 0..50 {
        if client.get(&url).send().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the dropped simulator still serves requests");
}
