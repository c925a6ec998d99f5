use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::{ChangeCounts, Kind, Receipt, RunId, SweepStatus, SyncState};
use inventory::findings::coverage::coverage_gap;
use inventory::findings::{CoverageGapReason, FindingRule, RULES};
use inventory::workers::mirrored;

use crate::now;

fn receipt(status: SweepStatus, minutes_ago: i64, token: &str) -> Receipt {
    let finished_at = now() - TimeDelta::minutes(minutes_ago);
    Receipt {
        run_id: RunId::new("run-1").unwrap(),
        status,
        started_at: finished_at,
        finished_at,
        pages: 1,
        items: 1,
        requests: 1,
        changes: ChangeCounts::default(),
        rate_limit_remaining: None,
        token_id: Some(token.to_owned()),
        duration_ms: 0,
        error: None,
        notes: Vec::new(),
    }
}

/// The sync state of a kind that was last listed completely so many minutes ago, and whose last run
/// had this status.
fn sync_state(minutes_ago: i64, last: SweepStatus) -> SyncState {
    let complete = receipt(SweepStatus::Complete, minutes_ago, "t1");
    SyncState { last_complete: Some(complete), last: Some(receipt(last, 0, "t1")), ..SyncState::default() }
}

fn fresh() -> SyncState {
    sync_state(10, SweepStatus::Complete)
}

fn by_kind<const N: usize>(of: [(&str, SyncState); N]) -> BTreeMap<Kind, SyncState> {
    of.into_iter().map(|(kind, sync_state)| (Kind::new(kind).unwrap(), sync_state)).collect()
}

#[test]
fn a_rule_is_evaluated_only_if_every_kind_that_it_needs_is_covered() {
    use CoverageGapReason::{Never, NotVisible, OtherToken, Stale};
    let never_complete = |status| SyncState { last: Some(receipt(status, 0, "t1")), ..SyncState::default() };
    let other_token = SyncState { last_complete: Some(receipt(SweepStatus::Complete, 10, "t2")), ..fresh() };
    let cases = [
        ("fresh", fresh(), None),
        ("held: the whole list was read", sync_state(10, SweepStatus::Held), None),
        ("one failure", sync_state(30, SweepStatus::Failed), None),
        ("a partial run", sync_state(30, SweepStatus::Partial), None),
        ("just in time", sync_state(60, SweepStatus::Complete), None),
        ("too old", sync_state(61, SweepStatus::Complete), Some(Stale)),
        ("too old, and failing", sync_state(61, SweepStatus::Failed), Some(Stale)),
        ("no longer visible", sync_state(10, SweepStatus::NotVisible), Some(NotVisible)),
        ("never visible", never_complete(SweepStatus::NotVisible), Some(NotVisible)),
        ("never complete", never_complete(SweepStatus::Failed), Some(Never)),
        ("never read", SyncState::default(), Some(Never)),
        ("another token", other_token, Some(OtherToken)),
    ];
    let rule = FindingRule::named("droplet_without_firewall").unwrap();
    for (case, firewalls, reason) in cases {
        let sync_states = by_kind([("droplet", fresh()), ("firewall", firewalls), ("tag", fresh())]);
        let expected = reason.map(|reason| ("firewall".to_owned(), reason));
        let found = coverage_gap(rule, &sync_states, now()).map(|gap| (gap.kind.to_string(), gap.reason));
        assert_eq!(found, expected, "{case}");
    }
    let without = by_kind([("droplet", fresh()), ("tag", fresh())]);
    assert_eq!(coverage_gap(rule, &without, now()).map(|gap| gap.reason), Some(Never));
}

/// The maximum age depends on the schedule: an hourly list may be older than one that is read every
/// quarter of an hour.
#[test]
fn the_maximum_age_depends_on_the_schedule_of_the_worker() {
    let rule = FindingRule::named("certificate_near_expiry").unwrap();
    for (minutes, reason) in [(61, None), (240, None), (241, Some(CoverageGapReason::Stale))] {
        let sync_states = by_kind([("certificate", sync_state(minutes, SweepStatus::Complete))]);
        assert_eq!(coverage_gap(rule, &sync_states, now()).map(|gap| gap.reason), reason, "{minutes}");
    }
}

#[test]
fn the_first_gap_is_reported_and_the_kind_of_the_rule_comes_first() {
    let rule = FindingRule::named("droplet_without_firewall").unwrap();
    let found = coverage_gap(rule, &BTreeMap::new(), now()).unwrap();
    assert_eq!((found.kind.as_str(), found.reason), ("droplet", CoverageGapReason::Never));
}

#[test]
fn every_kind_that_a_rule_needs_has_a_worker() {
    for rule in RULES {
        for needed in rule.needs() {
            assert!(mirrored(&needed.kind()).is_some(), "{}: {}", rule.name, needed.kind());
        }
    }
}
