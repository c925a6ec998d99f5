//! Kinds that are listed parent by parent: completeness, strikes and continuation are decided
//! parent by parent.

use chrono::TimeDelta;
use digitalocean_sim::{Effect, Fault, LimitKind, RequestFilter};
use domain::{Attribution, EventType, Kind, SweepStatus, SyncState};
use inventory::FollowUp;
use serde_json::json;

use crate::crash::crash_at_every_write;
use crate::environment::TestEnvironment;
use crate::strikes::confirm_if_held;

const RECORDS: &str = "services/dns_record";
const RECORD: &str = "dns_record";
const ZONE: &str = "alpine-outfitters.example";
/// A record of that zone, and one of another zone.
const STAGING: &str = "61100011";
const MAIL: &str = "61100021";

async fn swept() -> TestEnvironment {
    let environment = TestEnvironment::demo().await;
    for worker in ["domains", RECORDS, "projects"] {
        let receipt = environment.sweep(worker).await;
        assert_eq!((receipt.status, receipt.error), (SweepStatus::Complete, None), "{worker}");
    }
    environment
}

/// The number of the account's records, without the SOA records.
fn records(environment: &TestEnvironment) -> usize {
    environment.demo_account().list("domain_records").iter().filter(|record| record["type"] != "SOA").count()
}

async fn sync_state(environment: &TestEnvironment) -> SyncState {
    environment.table().sync_state(&environment.account, &Kind::from_static(RECORD)).await.unwrap().unwrap()
}

async fn strikes(environment: &TestEnvironment, id: &str) -> u32 {
    environment.resource(RECORD, id).await.strikes.map_or(0, |strikes| strikes.count)
}

#[tokio::test]
async fn children_are_in_the_project_of_their_parent() {
    let environment = swept().await;
    assert_eq!(environment.live(RECORD).await, records(&environment));
    for (record, zone) in [(STAGING, ZONE), (MAIL, "noorderlicht-hosting.example")] {
        let (row, zone) = (environment.resource(RECORD, record).await, environment.resource("dns_zone", zone).await);
        assert_eq!(row.facts.parent.unwrap().provider_id, zone.key.provider_id);
        assert_eq!((row.attribution, row.project_id), (Some(Attribution::Inherited), zone.project_id));
        assert_eq!(environment.events(RECORD, record).await, [EventType::Discovered]);
    }
    // Nothing changed: the sweep reads one list of zones and one list of records for each, and
    // writes only its sync state and its receipt.
    environment.embedded.requests.reset();
    environment.sim.requests().clear();
    let receipt = environment.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.total()), (SweepStatus::Complete, 0));
    assert_eq!(receipt.items as usize, records(&environment));
    assert_eq!((receipt.requests as usize, environment.sim.requests().all().len()), (8, 8));
    assert_eq!(environment.embedded.requests.counts().written.len(), 2);
}

#[tokio::test]
async fn a_failed_list_of_one_parent_delays_no_other_and_gives_no_strikes() {
    let environment = swept().await;
    for record in [STAGING, MAIL] {
        environment.demo_account().remove("domain_records", record);
    }
    let path = format!("/v2/domains/{ZONE}/records");
    environment.sim.faults().add(Fault::on(&path, Effect::status(503)));
    for count in 1..=3 {
        let receipt = environment.next_sweep(RECORDS).await;
        assert_eq!(receipt.status, SweepStatus::Partial, "{receipt:?}");
        assert!(receipt.error.unwrap().contains("1 of 7"));
        assert_eq!((strikes(&environment, STAGING).await, strikes(&environment, MAIL).await), (0, count));
    }
    // Deletions are decided only when every list was read.
    assert_eq!(environment.live(RECORD).await, records(&environment) + 2);
    environment.sim.faults().clear();
    let receipt = environment.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.struck, receipt.changes.deleted), (SweepStatus::Complete, 1, 1));
}

/// The lists of four of seven zones are read before the rate limit; the next run reads the other
/// three.
#[tokio::test]
async fn a_scan_continues_in_the_next_run() {
    let environment = TestEnvironment::demo().await;
    let reads = RequestFilter::path("/v2/domains/*/records");
    let began_at = environment.now();
    environment.sim.faults().add(Fault::on("/v2/domains/*/records", Effect::rate_limit(LimitKind::Hourly)).after(4));
    let (receipt, next) = environment.sweep_then(RECORDS).await;
    assert!(matches!(next, FollowUp::Later(_)), "{next:?}");
    assert_eq!(receipt.status, SweepStatus::Partial, "{receipt:?}");
    let progress = sync_state(&environment).await.scan_progress.unwrap();
    assert_eq!((progress.items, sync_state(&environment).await.last_complete), (receipt.items, None));
    assert!(receipt.items > 0 && receipt.notes[0].contains("over 7 parents"), "{:?}", receipt.notes);

    environment.sim.faults().clear();
    environment.sim.requests().clear();
    environment.clock.advance(TimeDelta::minutes(61));
    let (receipt, next) = environment.sweep_then(RECORDS).await;
    assert_eq!((receipt.status, next), (SweepStatus::Complete, FollowUp::Nothing), "{receipt:?}");
    // The run read only the remaining lists, and its receipt covers the whole scan.
    assert_eq!(environment.sim.requests().count(&reads), 3);
    assert_eq!((receipt.items as usize, receipt.started_at), (records(&environment), began_at));
    assert_eq!(sync_state(&environment).await.scan_progress, None);
    assert_eq!(environment.live(RECORD).await, records(&environment));
}

#[tokio::test]
async fn the_children_of_a_deleted_parent_are_deleted() {
    let environment = swept().await;
    let before = records(&environment);
    environment.demo_account().remove_domain(ZONE);
    let lost = before - records(&environment);
    for _ in 0..3 {
        environment.next_sweep("domains").await;
        assert_eq!(environment.sweep(RECORDS).await.status, SweepStatus::Complete);
    }
    assert_eq!(environment.resource("dns_zone", ZONE).await.deleted_at, Some(environment.now()));
    assert_eq!(environment.live(RECORD).await, before, "records get their first strike only after the zone is deleted");
    for _ in 0..2 {
        assert_eq!(environment.next_sweep(RECORDS).await.status, SweepStatus::Complete);
    }
    assert_eq!(environment.live(RECORD).await, before - lost);
    let row = environment.resource(RECORD, STAGING).await;
    assert!(row.deleted_at.is_some() && row.attribution == Some(Attribution::Inherited));
    assert_eq!(environment.events(RECORD, STAGING).await, [EventType::Discovered, EventType::Deleted]);
}

#[tokio::test]
async fn a_mass_disappearance_of_children_is_held_and_released() {
    let environment = swept().await;
    let before = records(&environment);
    for record in environment.demo_account().list("domain_records") {
        if record["type"] == "NS" {
            environment.demo_account().remove("domain_records", &record["id"].to_string());
        }
    }
    let lost = before - records(&environment);
    for _ in 0..3 {
        environment.next_sweep(RECORDS).await;
    }
    assert_eq!(
        (sync_state(&environment).await.hold.unwrap().count as usize, environment.live(RECORD).await),
        (lost, before)
    );
    assert_eq!(environment.next_sweep(RECORDS).await.status, SweepStatus::Held);
    assert!(confirm_if_held(&environment, RECORDS).await);
    let receipt = environment.next_sweep(RECORDS).await;
    assert_eq!((receipt.status, receipt.changes.deleted as usize), (SweepStatus::Complete, lost));
    assert_eq!((sync_state(&environment).await.hold, environment.live(RECORD).await), (None, before - lost));
}

/// One record is new, one is changed, one is due for deletion, and one returns.
async fn eventful() -> TestEnvironment {
    let environment = TestEnvironment::demo().await;
    for worker in ["domains", RECORDS] {
        environment.sweep(worker).await;
    }
    let demo = environment.demo_account();
    let gone = demo.get("domain_records", MAIL).unwrap();
    for record in [STAGING, MAIL] {
        demo.remove("domain_records", record);
    }
    environment.next_sweep(RECORDS).await;
    environment.next_sweep(RECORDS).await;
    let back = json!({ "domain": "noorderlicht-hosting.example", "id": gone["id"], "type": "A", "name": "mail",
        "data": gone["data"] });
    demo.add("domain_records", back);
    demo.change("domain_records", "61100022", json!({ "port": 994 }));
    demo.add("domain_records", json!({ "domain": ZONE, "id": 7, "type": "A", "name": "new", "data": "198.18.20.5" }));
    environment.clock.advance(TimeDelta::minutes(15));
    environment
}

#[tokio::test]
async fn a_scan_that_crashes_at_any_write_ends_in_the_same_state() {
    let crashes = crash_at_every_write(RECORDS, eventful).await;
    assert!(crashes > 8, "{crashes}");
}
