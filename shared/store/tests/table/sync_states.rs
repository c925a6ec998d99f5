use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{ChangeCounts, Hold, HoldConfirmation, Kind, RunId, ScanProgress, SweepStatus, SyncState};
use embedded_table::{CrashPoint, EmbeddedTable};
use store::{AuditEntry, ConfirmOutcome, SyncCompletion, SyncLease, SyncLeaseOutcome, Table, keys};

use crate::fixtures::{at, audit, demo, insert_projects, keys_of, project, receipt, register, run, ttl_of};

const DROPLET: Kind = Kind::from_static("droplet");
const TTL: TimeDelta = TimeDelta::minutes(5);

async fn acquire(table: &Table, owner: &str, minute: i64) -> SyncLeaseOutcome {
    table.acquire_sync_lease(&demo(), &DROPLET, owner, at(minute), TTL).await.unwrap()
}

async fn granted(table: &Table, owner: &str, minute: i64) -> (SyncLease, SyncState) {
    match acquire(table, owner, minute).await {
        SyncLeaseOutcome::Granted(lease, state) => (lease, *state),
        SyncLeaseOutcome::Busy => panic!("another sweep holds the lease"),
    }
}

async fn state(table: &Table) -> SyncState {
    table.sync_state(&demo(), &DROPLET).await.unwrap().expect("a sweep ran")
}

fn finish(run_id: &str, minute: i64) -> SyncCompletion {
    finish_as(SweepStatus::Complete, run_id, minute)
}

fn finish_as(status: SweepStatus, run_id: &str, minute: i64) -> SyncCompletion {
    let listed = status.is_complete();
    SyncCompletion {
        receipt: receipt(run_id, status, at(minute)),
        listed,
        hold: None,
        scan_progress: None,
        urn_kinds: None,
    }
}

fn hold(count: u32) -> Hold {
    Hold { id: run("r-hold"), since: at(1), count }
}

fn confirmation_audit(id: &str) -> AuditEntry {
    AuditEntry { at: at(4), ..audit(id) }
}

#[tokio::test]
async fn one_sweep_runs_at_a_time_until_its_lease_is_over() {
    let embedded = EmbeddedTable::start().await;
    let (first, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!((first.fence, first.until), (1, at(5)));
    for (owner, minute) in [("b", 0), ("b", 4), ("b", 5), ("c", 3)] {
        assert_eq!(acquire(&embedded.table, owner, minute).await, SyncLeaseOutcome::Busy, "{owner} at {minute}");
    }
    // The SDK repeats a request whose response was lost: the same owner gets the same lease again.
    let (again, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!((again.fence, again.until), (2, at(5)));
    let (second, seen) = granted(&embedded.table, "b", 6).await;
    assert_eq!((second.fence, seen.lease_owner.as_deref(), seen.lease_until), (3, Some("b"), Some(at(11))));
}

#[tokio::test]
async fn sync_states_are_independent() {
    let embedded = EmbeddedTable::start().await;
    granted(&embedded.table, "a", 0).await;
    let zones = Kind::from_static("dns_zone");
    let other = embedded.table.acquire_sync_lease(&demo(), &zones, "a", at(0), TTL).await.unwrap();
    assert!(matches!(other, SyncLeaseOutcome::Granted(..)));
    register(&embedded.table, "demo").await;
    insert_projects(&embedded.table, &[project("p1", None)]).await;
    let sync_states = embedded.table.sync_states(&demo()).await.unwrap();
    assert_eq!(
        sync_states.keys().collect::<Vec<_>>(),
        [&zones, &DROPLET],
        "the account and its projects are not sync states"
    );
}

#[tokio::test]
async fn a_finished_sweep_releases_its_lease_and_leaves_its_receipt() {
    let embedded = EmbeddedTable::start().await;
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    assert!(embedded.table.complete_sync(&lease, &finish("r-1", 1)).await.unwrap());
    let left = state(&embedded.table).await;
    let expected = receipt("r-1", SweepStatus::Complete, at(1));
    assert_eq!((left.last.as_ref(), left.last_complete.as_ref()), (Some(&expected), Some(&expected)));
    assert_eq!((left.lease_owner, left.lease_until, left.fence), (None, None, 1));
    assert_eq!(granted(&embedded.table, "b", 1).await.0.fence, 2, "the fencing token only increases");
}

#[tokio::test]
async fn only_a_completely_read_list_counts_as_complete() {
    use SweepStatus::{Complete, Failed, Held, NotVisible, Partial};
    for (status, complete) in [(Complete, true), (Held, true), (Partial, false), (Failed, false), (NotVisible, false)] {
        let embedded = EmbeddedTable::start().await;
        let (lease, _) = granted(&embedded.table, "a", 0).await;
        embedded.table.complete_sync(&lease, &finish("r-1", 1)).await.unwrap();
        let (lease, _) = granted(&embedded.table, "b", 2).await;
        embedded.table.complete_sync(&lease, &finish_as(status, "r-2", 3)).await.unwrap();
        let left = state(&embedded.table).await;
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
    assert!(!embedded.table.complete_sync(&lost, &finish("r-1", 7)).await.unwrap());
    assert_eq!(embedded.dump().await, before);
    assert!(embedded.table.complete_sync(&taken, &finish("r-2", 7)).await.unwrap());
    let before = embedded.dump().await;
    for lease in [&lost, &taken] {
        assert!(
            !embedded.table.complete_sync(lease, &finish("r-3", 8)).await.unwrap(),
            "a released lease cannot complete a sweep"
        );
    }
    assert_eq!(embedded.dump().await, before);
}

#[tokio::test]
async fn the_sync_state_and_its_receipt_history_are_written_both_or_neither() {
    let history = keys::receipt(&demo(), &DROPLET, at(1), &run("r-1"));
    for (crash_point, written) in [(CrashPoint::Before(1), false), (CrashPoint::After(1), true)] {
        let embedded = EmbeddedTable::start().await;
        let (lease, _) = granted(&embedded.table, "a", 0).await;
        let (crashing, requests) = embedded.another_process();
        requests.crash_at(crash_point);
        crashing.complete_sync(&lease, &finish("r-1", 1)).await.unwrap_err();
        assert_eq!(state(&embedded.table).await.last.is_some(), written, "{crash_point:?}");
        assert_eq!(keys_of(&embedded).await.contains(&history.to_string()), written, "{crash_point:?}");
    }
}

#[tokio::test]
async fn receipts_are_kept_for_thirty_days() {
    let embedded = EmbeddedTable::start().await;
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    embedded.table.complete_sync(&lease, &finish("r-1", 1)).await.unwrap();
    let history = keys::receipt(&demo(), &DROPLET, at(1), &run("r-1"));
    assert_eq!(ttl_of(&embedded, &history).await, (at(1) + TimeDelta::days(30)).timestamp());
}

#[tokio::test]
async fn a_confirmation_during_a_sweep_outlives_that_sweep() {
    let embedded = EmbeddedTable::start().await;
    let table = &embedded.table;
    let (lease, _) = granted(table, "a", 0).await;
    table
        .complete_sync(&lease, &SyncCompletion { hold: Some(hold(6)), ..finish_as(SweepStatus::Held, "r-1", 1) })
        .await
        .unwrap();

    let (lease, seen) = granted(table, "b", 2).await;
    assert_eq!((seen.hold, seen.confirmation), (Some(hold(6)), None));
    assert_eq!(
        table.confirm_hold(&demo(), &DROPLET, &run("r-hold"), &confirmation_audit("w")).await.unwrap(),
        ConfirmOutcome::Recorded
    );
    table
        .complete_sync(&lease, &SyncCompletion { hold: Some(hold(7)), ..finish_as(SweepStatus::Held, "r-2", 5) })
        .await
        .unwrap();

    let (lease, seen) = granted(table, "c", 6).await;
    let confirmation = HoldConfirmation { hold_id: run("r-hold"), at: at(4) };
    assert_eq!((seen.hold, seen.confirmation), (Some(hold(7)), Some(confirmation)));
    table.complete_sync(&lease, &finish("r-3", 7)).await.unwrap();
    let left = state(table).await;
    assert_eq!((left.hold, left.confirmation), (None, None), "the hold and its confirmation end together");
}

#[tokio::test]
async fn a_confirmation_without_a_hold_is_not_recorded() {
    let embedded = EmbeddedTable::start().await;
    let confirm = |id: &'static str| {
        let table = embedded.table.clone();
        async move { table.confirm_hold(&demo(), &DROPLET, &run(id), &confirmation_audit("w")).await.unwrap() }
    };
    assert_eq!(confirm("r-hold").await, ConfirmOutcome::NoSuchHold, "no sweep ran yet");
    assert!(embedded.dump().await.is_empty());
    let (lease, _) = granted(&embedded.table, "a", 0).await;
    assert_eq!(confirm("r-hold").await, ConfirmOutcome::NoSuchHold);
    embedded.table.complete_sync(&lease, &SyncCompletion { hold: Some(hold(6)), ..finish("r-1", 1) }).await.unwrap();
    let before = embedded.dump().await;
    assert_eq!(confirm("r-other").await, ConfirmOutcome::NoSuchHold, "the confirmation names another hold");
    assert_eq!(embedded.dump().await, before, "no audit entry is written");
    assert_eq!(confirm("r-hold").await, ConfirmOutcome::Recorded);
    assert!(keys_of(&embedded).await.contains(&keys::audit(at(4), "w").to_string()));
}

#[tokio::test]
async fn urn_kinds_are_kept_until_replaced_and_scan_progress_until_it_ends() {
    let embedded = EmbeddedTable::start().await;
    let kinds = |names: &[&'static str]| names.iter().map(|name| Kind::from_static(name)).collect::<BTreeSet<_>>();
    let scan_progress = ScanProgress {
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
        (0, Some(kinds(&["spaces_bucket"])), Some(scan_progress), kinds(&["spaces_bucket"])),
        (1, None, None, kinds(&["spaces_bucket"])),
        (2, Some(kinds(&[])), None, kinds(&[])),
    ];
    for (minute, urn_kinds, scan_progress, expected) in cases {
        let (lease, _) = granted(&embedded.table, "a", minute).await;
        let ended = SyncCompletion {
            urn_kinds,
            scan_progress: scan_progress.clone(),
            ..finish(&format!("r-{minute}"), minute)
        };
        embedded.table.complete_sync(&lease, &ended).await.unwrap();
        let state = state(&embedded.table).await;
        assert_eq!((state.urn_kinds, state.scan_progress), (expected, scan_progress), "minute {minute}");
    }
}
