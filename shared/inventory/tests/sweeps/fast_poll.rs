//! The fast poll of droplets: it updates fields that change from minute to minute, and leaves
//! everything else to the full sweep.

use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault};
use domain::{EventType, SweepStatus};
use serde_json::json;

use crate::environment::TestEnvironment;

#[tokio::test]
async fn the_fast_poll_updates_the_status_and_nothing_else() {
    let environment = TestEnvironment::demo().await;
    // No droplet is known yet, and the fast poll adds none.
    let receipt = environment.sweep("droplets-fast").await;
    assert_eq!((receipt.status, receipt.items, receipt.changes.total()), (SweepStatus::Complete, 5, 0));
    environment.sweep("droplets").await;

    let demo = environment.demo_account();
    let ids: Vec<u64> = demo.list("droplets").iter().map(|droplet| droplet["id"].as_u64().unwrap()).collect();
    demo.change_droplet(ids[0], json!({ "status": "off", "name": "renamed" }));
    demo.rename_droplet(ids[1], "renamed too");
    demo.remove_droplet(ids[2]);
    demo.add_droplet(digitalocean_sim::Droplet::named("new").id(1));
    environment.clock.advance(TimeDelta::minutes(1));
    let receipt = environment.sweep("droplets-fast").await;
    assert_eq!((receipt.status, receipt.changes.updated, receipt.changes.total()), (SweepStatus::Complete, 1, 1));
    let row = environment.resource("droplet", ids[0]).await;
    assert_eq!(row.facts.status.as_deref(), Some("off"));
    assert_ne!(row.facts.name, "renamed");
    assert_eq!(environment.events("droplet", ids[0]).await, [EventType::Discovered, EventType::Updated]);
    assert_eq!((environment.live("droplet").await, environment.resource("droplet", ids[2]).await.strikes), (5, None));

    // The same list changes nothing again, and the full sweep writes everything else.
    environment.clock.advance(TimeDelta::minutes(1));
    assert_eq!(environment.sweep("droplets-fast").await.changes.total(), 0);
    let receipt = environment.next_sweep("droplets").await;
    assert_eq!((receipt.changes.updated, receipt.changes.struck, receipt.changes.discovered), (2, 1, 1));
}

#[tokio::test]
async fn the_fast_poll_removes_no_strikes_and_has_its_own_receipt() {
    let environment = TestEnvironment::demo().await;
    environment.sweep("droplets").await;
    let id = environment.demo_account().list("droplets")[0]["id"].as_u64().unwrap();
    let droplet = environment.demo_account().droplet(id).unwrap();
    environment.demo_account().remove_droplet(id);
    environment.next_sweep("droplets").await;
    environment.demo_account().add(
        "droplets",
        json!({ "id": id, "name": droplet["name"], "status": "off", "created_at": droplet["created_at"] }),
    );
    assert_eq!(environment.sweep("droplets-fast").await.changes.total(), 0);
    assert_eq!(environment.resource("droplet", id).await.strikes.map(|strikes| strikes.count), Some(1));

    environment.sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)));
    assert_eq!(environment.sweep("droplets-fast").await.status, SweepStatus::Failed);
    let sync_states = environment.table().sync_states(&environment.account).await.unwrap();
    let status = |kind: &'static str| sync_states[&domain::Kind::from_static(kind)].last.as_ref().unwrap().status;
    assert_eq!((status("droplet"), status("droplet_fast")), (SweepStatus::Complete, SweepStatus::Failed));
}
