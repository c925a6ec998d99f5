use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{ChangeCounts, Confirmation, Hold, Kind, Lane, Round, RunId, SweepStatus};
use embedded_table::{Death, EmbeddedTable};
use store::{Acquired, AuditEntry, Confirmed, Finish, Lease, Table, keys};

use crate::fixtures::{at, audit, demo, insert_projects, keys_of, project, receipt, register, run, ttl_of};

const DROPLET: Kind = Kind::of("droplet");
const TTL: TimeDelta = TimeDelta::minutes(5);

async fn acquire(table: &Table, owner: &str, minute: i64) -> Acquired {
    table.acquire(&demo(), &DROPLET, owner, at(minute), TTL).await.unwrap()
}

async fn granted(table: &Table, owner: &str, minute: i64) -> (Lease, Lane) {
    match acquire(table, owner, minute).await {
        Acquired::Granted(lease, lane) => (lease, *lane),
        Acquired::Busy => panic!("the lane is busy"),
    }
}

async fn lane(table: &Table) -> Lane {
    table.lane(&demo(), &DROPLET).await.unwrap().expect("a sweep ran")
}

fn finish(run_id: &str, minute: i64) -> Finish {
    finish_as(SweepStatus::Complete, run_id, minute)
}

fn finish_as(status: SweepStatus, run_id: &str, minute: i64) -> Finish {
    let listed = status.is_complete();
    Finish { receipt: receipt(run_id, status, at(minute)), listed, hold: None, round: None, urn_kinds: None }
}

fn hold(count: u32) -> Hold {
    Hold { id: run("r-hold"), since: at(1), count }
}

fn word(id: &str) -> AuditEntry {
    AuditEntry { at: at(4), ..audit(id) }
}

#[tokio::test]
async fn one_sweep_runs_at_a_time_until_its_lease_is_over() {
    let embedded = EmbeddedTable::start().await;
    let (first, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!((first.fence, first.until), (1, at(5)));
    for (owner, minute) in [("b", 0), ("b", 4), ("b", 5), ("c", 3)] {
        assert_eq!(acquire(&embedded.table, owner, minute).await, Acquired::Busy, "{owner} at {minute}");
    }
    // The SDK repeats a request whose answer was lost: the same owner is told again that the lease is its own.
    let (again, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!((again.fence, again.until), (2, at(5)));
    let (second, seen) = granted(&embedded.table, "b", 6).await;
    assert_eq!((second.fence, seen.lease_owner.as_deref(), seen.lease_until), (3, Some("b"), Some(at(11))));
}

#[tokio::test]
async fn lanes_do_not_stand_in_each_others_way() {
    let embedded = EmbeddedTable::start().await;
    granted(&embedded.table, "a", 0).await;
    let zones = Kind::of("dns_zone");
    let other = embedded.table.acquire(&demo(), &zones, "a", at(0), TTL).await.unwrap();
    assert!(matches!(other, Acquired::Granted(..)));
    register(&embedded.table, "demo").await;
    insert_projects(&embedded.table, &[project("p1", None)]).await;
    let lanes = embedded.table.lanes(&demo()).await.unwrap();
    assert_eq!(lanes.keys().collect::<Vec<_>>(), [&zones, &DROPLET], "neither the account nor its projects");
}

#[tokio::test]
async fn a_finished_sweep_gives_its_lease_back_and_leaves_its_receipt() {
    let embedded = EmbeddedTable::start().await;
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    assert!(embedded.table.finish(&lease, &finish("r-1", 1)).await.unwrap());
    let left = lane(&embedded.table).await;
    let expected = receipt("r-1", SweepStatus::Complete, at(1));
    assert_eq!((left.last.as_ref(), left.last_complete.as_ref()), (Some(&expected), Some(&expected)));
    assert_eq!((left.lease_owner, left.lease_until, left.fence), (None, None, 1));
    assert_eq!(granted(&embedded.table, "b", 1).await.0.fence, 2, "the fence only grows");
}

#[tokio::test]
async fn only_a_list_read_whole_counts_as_complete() {
    use SweepStatus::{Complete, Failed, Held, NotVisible, Partial};
    for (status, complete) in [(Complete, true), (Held, true), (Partial, false), (Failed, false), (NotVisible, false)] {
        let embedded = EmbeddedTable::start().await;
        let (lease, _) = granted(&embedded.table, "a", 0).await;
        embedded.table.finish(&lease, &finish("r-1", 1)).await.unwrap();
        let (lease, _) = granted(&embedded.table, "b", 2).await;
        embedded.table.finish(&lease, &finish_as(status, "r-2", 3)).await.unwrap();
        let left = lane(&embedded.table).await;
        assert_eq!(left.last.unwrap().run_id, run("r-2"), "{status:?}");
        assert_eq!(left.last_complete.unwrap().run_id, run(if complete { "r-2" } else { "r-1" }), "{status:?}");
    }
}

#[tokio::test]
async fn a_sweep_that_lost_its_lease_writes_nothing() {
    let embedded = EmbeddedTable::start().await;
    let (lost, _) = granted(&embedded.table, "a", 0).await;
    let (taken, _) = granted(&embedded.table, "b", 6).await;
    let before = embedded.dump().await;
    assert!(!embedded.table.finish(&lost, &finish("r-1", 7)).await.unwrap());
    assert_eq!(embedded.dump().await, before);
    assert!(embedded.table.finish(&taken, &finish("r-2", 7)).await.unwrap());
    let before = embedded.dump().await;
    for lease in [&lost, &taken] {
        assert!(!embedded.table.finish(lease, &finish("r-3", 8)).await.unwrap(), "given back is lost, too");
    }
    assert_eq!(embedded.dump().await, before);
}

#[tokio::test]
async fn the_lane_and_the_history_of_its_receipts_are_written_both_or_neither() {
    let history = keys::receipt(&demo(), &DROPLET, at(1), &run("r-1"));
    for (death, written) in [(Death::Before(1), false), (Death::After(1), true)] {
        let embedded = EmbeddedTable::start().await;
        let (lease, _) = granted(&embedded.table, "a", 0).await;
        let (dying, requests) = embedded.another_process();
        requests.die(death);
        dying.finish(&lease, &finish("r-1", 1)).await.unwrap_err();
        assert_eq!(lane(&embedded.table).await.last.is_some(), written, "{death:?}");
        assert_eq!(keys_of(&embedded).await.contains(&history.to_string()), written, "{death:?}");
    }
}

#[tokio::test]
async fn receipts_are_kept_for_thirty_days() {
    let embedded = EmbeddedTable::start().await;
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    embedded.table.finish(&lease, &finish("r-1", 1)).await.unwrap();
    let history = keys::receipt(&demo(), &DROPLET, at(1), &run("r-1"));
    assert_eq!(ttl_of(&embedded, &history).await, (at(1) + TimeDelta::days(30)).timestamp());
}

#[tokio::test]
async fn a_word_given_while_a_sweep_runs_outlives_that_sweep() {
    let embedded = EmbeddedTable::start().await;
    let table = &embedded.table;
    let (lease, _) = granted(table, "a", 0).await;
    table.finish(&lease, &Finish { hold: Some(hold(6)), ..finish_as(SweepStatus::Held, "r-1", 1) }).await.unwrap();

    let (lease, seen) = granted(table, "b", 2).await;
    assert_eq!((seen.hold, seen.confirmation), (Some(hold(6)), None));
    assert_eq!(table.confirm_hold(&demo(), &DROPLET, &run("r-hold"), &word("w")).await.unwrap(), Confirmed::Noted);
    table.finish(&lease, &Finish { hold: Some(hold(7)), ..finish_as(SweepStatus::Held, "r-2", 5) }).await.unwrap();

    let (lease, seen) = granted(table, "c", 6).await;
    let confirmation = Confirmation { hold_id: run("r-hold"), at: at(4) };
    assert_eq!((seen.hold, seen.confirmation), (Some(hold(7)), Some(confirmation)));
    table.finish(&lease, &finish("r-3", 7)).await.unwrap();
    let left = lane(table).await;
    assert_eq!((left.hold, left.confirmation), (None, None), "both end together");
}

#[tokio::test]
async fn a_word_on_nothing_that_waits_is_not_noted() {
    let embedded = EmbeddedTable::start().await;
    let confirm = |id: &'static str| {
        let table = embedded.table.clone();
        async move { table.confirm_hold(&demo(), &DROPLET, &run(id), &word("w")).await.unwrap() }
    };
    assert_eq!(confirm("r-hold").await, Confirmed::NothingHeld, "no sweep ran yet");
    assert!(embedded.dump().await.is_empty());
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!(confirm("r-hold").await, Confirmed::NothingHeld);
    embedded.table.finish(&lease, &Finish { hold: Some(hold(6)), ..finish("r-1", 1) }).await.unwrap();
    let before = embedded.dump().await;
    assert_eq!(confirm("r-other").await, Confirmed::NothingHeld, "another hold's");
    assert_eq!(embedded.dump().await, before, "and there is no audit of it");
    assert_eq!(confirm("r-hold").await, Confirmed::Noted);
    assert!(keys_of(&embedded).await.contains(&keys::audit(at(4), "w").to_string()));
}

#[tokio::test]
async fn kinds_stay_noted_until_others_are_and_a_round_until_it_ends() {
    let embedded = EmbeddedTable::start().await;
    let kinds = |names: &[&'static str]| names.iter().map(|name| Kind::of(name)).collect::<BTreeSet<_>>();
    let round = Round {
        run_id: RunId::new("r-0").unwrap(),
        started_at: at(0),
        after: None,
        unread: 0,
        pages: 1,
        items: 2,
        requests: 3,
        changes: ChangeCounts::default(),
    };
    let cases = [
        (0, Some(kinds(&["spaces_bucket"])), Some(round), kinds(&["spaces_bucket"])),
        (1, None, None, kinds(&["spaces_bucket"])),
        (2, Some(kinds(&[])), None, kinds(&[])),
    ];
    for (minute, urn_kinds, round, expected) in cases {
        let (lease, _) = granted(&embedded.table, "a", minute).await;
        let ended = Finish { urn_kinds, round: round.clone(), ..finish(&format!("r-{minute}"), minute) };
        embedded.table.finish(&lease, &ended).await.unwrap();
        let lane = lane(&embedded.table).await;
        assert_eq!((lane.urn_kinds, lane.round), (expected, round), "minute {minute}");
    }
}
