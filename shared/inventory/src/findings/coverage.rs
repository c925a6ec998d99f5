//! Whether what a rule rests on is known whole: where it is not, nothing that is not there is missing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Kind, SweepStatus, SyncState};
use serde::Serialize;

use super::FindingRule;
use crate::kinds::MirroredKind;
use crate::workers::WORKERS;

/// Ticks of a worker that may be missed before what it knows is too old to judge by.
const MISSED_TICKS: i32 = 4;

/// A kind that is not known whole, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoverageGap {
    /// The kind.
    pub kind: Kind,
    /// Why.
    pub reason: CoverageGapReason,
}

/// Why a kind is not known whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageGapReason {
    /// It has never been read whole.
    Never,
    /// The token may not see it.
    NotVisible,
    /// It was last read whole too long ago.
    Stale,
    /// It was read with another token than the kind that the rule speaks of: what one sees says nothing of what the other does.
    OtherToken,
    /// There is so much of it that not all was looked at.
    TooMany,
}

/// What keeps a rule from being judged in an account with these lanes, if anything: the first kind of those it needs that is not known
/// whole.
#[must_use]
pub fn coverage_gap(
    rule: &FindingRule,
    sync_states: &BTreeMap<Kind, SyncState>,
    now: DateTime<Utc>,
) -> Option<CoverageGap> {
    let token = |kind: &Kind| sync_states.get(kind)?.last_complete.as_ref()?.token_id.as_deref();
    let about = rule.subject_kind.kind();
    rule.needs().map(MirroredKind::kind).find_map(|kind| {
        let other_token = || (token(&kind) != token(&about)).then_some(CoverageGapReason::OtherToken);
        let reason = incomplete_reason(&kind, sync_states.get(&kind), now).or_else(other_token)?;
        Some(CoverageGap { kind, reason })
    })
}

/// Why a kind with this lane is not known whole, if it is not.
fn incomplete_reason(kind: &Kind, sync_state: Option<&SyncState>, now: DateTime<Utc>) -> Option<CoverageGapReason> {
    let last =
        sync_state.and_then(|sync_state| sync_state.last.as_ref()).map_or(SweepStatus::Never, |receipt| receipt.status);
    let complete = sync_state.and_then(|sync_state| sync_state.last_complete.as_ref());
    match (last, complete) {
        (SweepStatus::NotVisible, _) => Some(CoverageGapReason::NotVisible),
        (_, None) => Some(CoverageGapReason::Never),
        (_, Some(receipt)) => (now - receipt.finished_at > max_age(kind)).then_some(CoverageGapReason::Stale),
    }
}

/// How old the last complete read of a kind may be.
fn max_age(kind: &Kind) -> TimeDelta {
    let worker = WORKERS.iter().find(|worker| worker.target(kind).is_some());
    worker.map_or(TimeDelta::zero(), |worker| worker.cadence() * MISSED_TICKS)
}
