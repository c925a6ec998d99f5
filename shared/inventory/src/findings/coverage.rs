//! Coverage: whether the kinds that a rule depends on have been listed completely. If not, a
//! missing resource proves nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Kind, SweepStatus, SyncState};
use serde::Serialize;

use super::rule::FindingRule;
use crate::kind::MirroredKind;
use crate::workers::WORKERS;

/// The number of scheduled runs that a worker may miss before its data is too old for an
/// evaluation.
const MISSED_TICKS: i32 = 4;

/// A kind whose mirror is incomplete, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoverageGap {
    /// The kind whose mirror is incomplete.
    pub kind: Kind,
    /// The reason why it is incomplete.
    pub reason: CoverageGapReason,
}

/// The reason why the mirror of a kind is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageGapReason {
    /// The kind has never been listed completely.
    Never,
    /// The token has no permission to read the kind.
    NotVisible,
    /// The last complete list of the kind is too old.
    Stale,
    /// The kind was listed with another token than the subject of the rule. Two tokens may see
    /// different resources, so their lists cannot be combined.
    OtherToken,
    /// The kind has more resources than one evaluation may read.
    TooMany,
}

/// Returns the first gap that keeps a rule from being evaluated in an account with these sync
/// states: the first kind among those it needs whose mirror is incomplete. `None` if there is no
/// gap.
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

/// Returns the reason why the mirror of a kind with this sync state is incomplete, if it is.
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

/// Returns the maximum age of the last complete list of a kind.
fn max_age(kind: &Kind) -> TimeDelta {
    let worker = WORKERS.iter().find(|worker| worker.target(kind).is_some());
    worker.map_or(TimeDelta::zero(), |worker| worker.cadence() * MISSED_TICKS)
}
