//! octoDNS and its provider for DigitalOcean work against the simulator with only the base URL
//! changed.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

#[path = "../python/mod.rs"]
mod python;

use digitalocean_sim::{Limits, Seed, Simulator};

use python::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn octodns_applies_zone_files() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    demo.set_limits(Limits::default().burst(5000));
    let before = demo.state();
    let directory = tempfile::tempdir().unwrap();
    let arguments = [sim.base_url(), directory.path().to_str().unwrap()].map(ToOwned::to_owned);
    Client { name: "octodns", size: "10 MB" }.check(arguments.to_vec()).await;
    // The records of other zones are unchanged.
    let other_zones = |state: &serde_json::Value| {
        let records = state["domain_records"].as_array().unwrap();
        records.iter().filter(|record| !record["domain"].as_str().unwrap().starts_with("octodns")).cloned().collect()
    };
    let (before, after): (Vec<_>, Vec<_>) = (other_zones(&before), other_zones(&demo.state()));
    assert_eq!(after, before);
}
