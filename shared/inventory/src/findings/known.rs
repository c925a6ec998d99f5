//! Whether what a rule rests on is known whole: where it is not, nothing that is not there is missing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Kind, SweepStatus, SyncState};
use serde::Serialize;

use super::Rule;
use crate::kinds::MirroredKind;
use crate::workers::WORKERS;

/// Ticks of a worker that may be missed before what it knows is too old to judge by.
const MISSED_TICKS: i32 = 4;

/// A kind that is not known whole, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The kind.
    pub kind: Kind,
    /// Why.
    pub reason: GapReason,
}

/// Why a kind is not known whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
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
pub fn gap(rule: &Rule, lanes: &BTreeMap<Kind, SyncState>, now: DateTime<Utc>) -> Option<Gap> {
    let token = |kind: &Kind| lanes.get(kind)?.last_complete.as_ref()?.token_id.as_deref();
    let about = rule.about.kind();
    rule.needs().map(MirroredKind::kind).find_map(|kind| {
        let other_token = || (token(&kind) != token(&about)).then_some(GapReason::OtherToken);
        let reason = not_whole(&kind, lanes.get(&kind), now).or_else(other_token)?;
        Some(Gap { kind, reason })
    })
}

/// Why a kind with this lane is not known whole, if it is not.
fn not_whole(kind: &Kind, lane: Option<&SyncState>, now: DateTime<Utc>) -> Option<GapReason> {
    let last = lane.and_then(|lane| lane.last.as_ref()).map_or(SweepStatus::Never, |receipt| receipt.status);
    let complete = lane.and_then(|lane| lane.last_complete.as_ref());
    match (last, complete) {
        (SweepStatus::NotVisible, _) => Some(GapReason::NotVisible),
        (_, None) => Some(GapReason::Never),
        (_, Some(receipt)) => (now - receipt.finished_at > longest(kind)).then_some(GapReason::Stale),
    }
}

/// How old the last complete read of a kind may be.
fn longest(kind: &Kind) -> TimeDelta {
    let worker = WORKERS.iter().find(|worker| worker.target(kind).is_some());
    worker.map_or(TimeDelta::zero(), |worker| worker.cadence() * MISSED_TICKS)
}
