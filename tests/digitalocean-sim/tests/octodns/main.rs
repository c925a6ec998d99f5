//! octoDNS and its provider for DigitalOcean work against the simulator with another base URL.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

#[path = "../python/mod.rs"]
mod python;

use digitalocean_sim::{Limits, Seed, Simulator};

use python::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn octodns_brings_a_zone_to_what_its_file_says() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    demo.set_limits(Limits::default().burst(5000));
    let before = demo.state();
    let directory = tempfile::tempdir().unwrap();
    let arguments = [sim.base_url(), directory.path().to_str().unwrap()].map(ToOwned::to_owned);
    Client { name: "octodns", size: "10 MB" }.check(arguments.to_vec()).await;
    // What is in other zones is as it was.
    let of_demo = |state: &serde_json::Value| {
        let records = state["domain_records"].as_array().unwrap();
        records.iter().filter(|record| !record["domain"].as_str().unwrap().starts_with("octodns")).cloned().collect()
    };
    let (before, after): (Vec<_>, Vec<_>) = (of_demo(&before), of_demo(&demo.state()));
    assert_eq!(after, before);
}
