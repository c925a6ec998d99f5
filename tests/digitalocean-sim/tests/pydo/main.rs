//! DO's own Python client works against the simulator without changes.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

#[path = "../python/mod.rs"]
mod python;

use digitalocean_sim::{ConsistencySettings, Limits, ListLag, RequestFilter, Seed, Simulator};

use python::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_of_digitalocean_works_unchanged() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    demo.set_limits(Limits::default().burst(5000));
    demo.set_consistency(ConsistencySettings {
        action_ms: 2_000,
        snapshots: ListLag { creation_delay_ms: 500, deletion_delay_ms: 0 },
        ..ConsistencySettings::default()
    });
    demo.add_droplets(446);
    let before = demo.state();
    Client { name: "pydo", size: "20 MB" }.check(vec![sim.base_url().to_owned()]).await;
    let requests = sim.requests().count(&RequestFilter::default());
    assert!(requests == 0 || requests > 30, "the client sent its requests to the simulator");
    assert_eq!(
        demo.state()["domain_records"],
        before["domain_records"],
        "the client deleted the records that it created"
    );
    assert_eq!(demo.state()["snapshots"], before["snapshots"]);
}
