//! Kinds that are listed parent by parent: complete, struck and resumed parent by parent.

use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault, LimitKind, RequestFilter};
use domain::{Attribution, EventType, Kind, SweepStatus, SyncState};
use inventory::Next;
use serde_json::json;

use crate::crash::dies_at_every_write;
use crate::strikes::confirm_if_held;
use crate::world::World;

const RECORDS: &str = "services/dns_record";
const RECORD: &str = "dns_record";
const ZONE: &str = "alpine-outfitters.example";
/// A record of that zone, and one of another.
const STAGING: &str = "61100011";
const MAIL: &str = "61100021";

async fn swept() -> World {
    let world = World::demo().await;
    for worker in ["domains", RECORDS, "projects"] {
        let receipt = world.sweep(worker).await;
        assert_eq!((receipt.status, receipt.error), (SweepStatus::Complete, None), "{worker}");
    }
    world
}

/// How many records the account has, but for those that come with their zones.
fn records(world: &World) -> usize {
    world.demo_account().list("domain_records").iter().filter(|record| record["type"] != "SOA").count()
}

async fn lane(world: &World) -> SyncState {
    world.table().sync_state(&world.account, &Kind::from_static(RECORD)).await.unwrap().unwrap()
}

async fn strikes(world: &World, id: &str) -> u32 {
    world.resource(RECORD, id).await.strikes.map_or(0, |strikes| strikes.count)
}

#[tokio::test]
async fn children_are_where_their_parents_are() {
    let world = swept().await;
    assert_eq!(world.live(RECORD).await, records(&world));
    for (record, zone) in [(STAGING, ZONE), (MAIL, "noorderlicht-hosting.example")] {
        let (row, zone) = (world.resource(RECORD, record).await, world.resource("dns_zone", zone).await);
        assert_eq!(row.facts.parent.unwrap().provider_id, zone.key.provider_id);
        assert_eq!((row.attribution, row.project_id), (Some(Attribution::Inherited), zone.project_id));
        assert_eq!(world.events(RECORD, record).await, [EventType::Discovered]);
    }
    // Nothing changed: one list of zones, one of records for each, and no write but the lane's.
    world.embedded.requests.reset();
    world.sim.requests().clear();
    let receipt = world.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.total()), (SweepStatus::Complete, 0));
    assert_eq!(receipt.items as usize, records(&world));
    assert_eq!((receipt.requests as usize, world.sim.requests().all().len()), (8, 8));
    assert_eq!(world.embedded.requests.counts().written.len(), 2);
}

#[tokio::test]
async fn a_parents_failed_list_holds_up_no_other_and_strikes_nothing() {
    let world = swept().await;
    for record in [STAGING, MAIL] {
        world.demo_account().remove("domain_records", record);
    }
    let path = format!("/v2/domains/{ZONE}/records");
    world.sim.faults().add(Fault::on(&path, Effect::status(503)));
    for round in 1..=3 {
        let receipt = world.next_sweep(RECORDS).await;
        assert_eq!(receipt.status, SweepStatus::Partial, "{receipt:?}");
        assert!(receipt.error.unwrap().contains("1 of 7"));
        assert_eq!((strikes(&world, STAGING).await, strikes(&world, MAIL).await), (0, round));
    }
    // Who dies is known when everything was read.
    assert_eq!(world.live(RECORD).await, records(&world) + 2);
    world.sim.faults().clear();
    let receipt = world.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.struck, receipt.changes.deleted), (SweepStatus::Complete, 1, 1));
}

/// Of seven zones four are read before the limit; the next run reads the other three.
#[tokio::test]
async fn a_round_goes_on_where_it_stopped() {
    let world = World::demo().await;
    let reads = RequestFilter::path("/v2/domains/*/records");
    let began_at = world.now();
    world.sim.faults().add(Fault::on("/v2/domains/*/records", Effect::rate_limit(LimitKind::Hourly)).after(4));
    let (receipt, next) = world.sweep_then(RECORDS).await;
    assert!(matches!(next, Next::Later(_)), "{next:?}");
    assert_eq!(receipt.status, SweepStatus::Partial, "{receipt:?}");
    let round = lane(&world).await.scan_progress.unwrap();
    assert_eq!((round.items, lane(&world).await.last_complete), (receipt.items, None));
    assert!(receipt.items > 0 && receipt.notes[0].contains("over 7 parents"), "{:?}", receipt.notes);

    world.sim.faults().clear();
    world.sim.requests().clear();
    world.clock.advance(TimeDelta::minutes(61));
    let (receipt, next) = world.sweep_then(RECORDS).await;
    assert_eq!((receipt.status, next), (SweepStatus::Complete, Next::Nothing), "{receipt:?}");
    // It read only what was left, and its receipt speaks of the whole round.
    assert_eq!(world.sim.requests().count(&reads), 3);
    assert_eq!((receipt.items as usize, receipt.started_at), (records(&world), began_at));
    assert_eq!(lane(&world).await.scan_progress, None);
    assert_eq!(world.live(RECORD).await, records(&world));
}

#[tokio::test]
async fn a_parent_takes_its_children_with_it_when_it_is_gone_for_good() {
    let world = swept().await;
    let before = records(&world);
    world.demo_account().remove_domain(ZONE);
    let lost = before - records(&world);
    for _ in 0..3 {
        world.next_sweep("domains").await;
        assert_eq!(world.sweep(RECORDS).await.status, SweepStatus::Complete);
    }
    assert_eq!(world.resource("dns_zone", ZONE).await.deleted_at, Some(world.now()));
    assert_eq!(world.live(RECORD).await, before, "their own misses begin when the zone is gone");
    for _ in 0..2 {
        assert_eq!(world.next_sweep(RECORDS).await.status, SweepStatus::Complete);
    }
    assert_eq!(world.live(RECORD).await, before - lost);
    let row = world.resource(RECORD, STAGING).await;
    assert!(row.deleted_at.is_some() && row.attribution == Some(Attribution::Inherited));
    assert_eq!(world.events(RECORD, STAGING).await, [EventType::Discovered, EventType::Deleted]);
}

#[tokio::test]
async fn a_mass_disappearance_of_children_is_held_and_released() {
    let world = swept().await;
    let before = records(&world);
    for record in world.demo_account().list("domain_records") {
        if record["type"] == "NS" {
            world.demo_account().remove("domain_records", &record["id"].to_string());
        }
    }
    let lost = before - records(&world);
    for _ in 0..3 {
        world.next_sweep(RECORDS).await;
    }
    assert_eq!((lane(&world).await.hold.unwrap().count as usize, world.live(RECORD).await), (lost, before));
    assert_eq!(world.next_sweep(RECORDS).await.status, SweepStatus::Held);
    assert!(confirm_if_held(&world, RECORDS).await);
    let receipt = world.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.deleted as usize), (SweepStatus::Complete, lost));
    assert_eq!((lane(&world).await.hold, world.live(RECORD).await), (None, before - lost));
}

/// A record new, one changed, one to be struck out, one that returns.
async fn eventful() -> World {
    let world = World::demo().await;
    for worker in ["domains", RECORDS] {
        world.sweep(worker).await;
    }
    let demo = world.demo_account();
    let gone = demo.get("domain_records", MAIL).unwrap();
    for record in [STAGING, MAIL] {
        demo.remove("domain_records", record);
    }
    world.next_sweep(RECORDS).await;
    world.next_sweep(RECORDS).await;
    let back = json!({ "domain": "noorderlicht-hosting.example", "id": gone["id"], "type": "A", "name": "mail",
        "data": gone["data"] });
    demo.add("domain_records", back);
    demo.change("domain_records", "61100022", json!({ "port": 994 }));
    demo.add("domain_records", json!({ "domain": ZONE, "id": 7, "type": "A", "name": "new", "data": "198.18.20.5" }));
    world.clock.advance(TimeDelta::minutes(15));
    world
}

#[tokio::test]
async fn killed_at_any_write_a_round_ends_the_same() {
    let deaths = dies_at_every_write(RECORDS, eventful).await;
    assert!(deaths > 8, "{deaths}");
}
