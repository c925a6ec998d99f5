//! What a sweep leaves behind: its receipt, and the lane it ran in.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Kind, ProviderId, RunId};

/// How a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepStatus {
    /// Every page was read and every change written: it may strike.
    Complete,
    /// Something was read or written, something was not: only what DigitalOcean itself said is gone was struck.
    Partial,
    /// Nothing can be concluded from it.
    Failed,
    /// The token may not see this kind.
    NotVisible,
    /// Complete, but so much is gone at once that the deletions wait for an operator's confirmation.
    Held,
    /// No sweep has ended yet.
    Never,
}

impl SweepStatus {
    /// Whether the list behind it was read whole.
    #[must_use]
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Complete | Self::Held)
    }
}

/// What a sweep changed, counted by what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// Rows seen for the first time.
    #[serde(default)]
    pub discovered: u32,
    /// Rows whose facts changed.
    #[serde(default)]
    pub updated: u32,
    /// Rows missed once more.
    #[serde(default)]
    pub struck: u32,
    /// Rows seen again before the third strike.
    #[serde(default)]
    pub returned: u32,
    /// Rows found gone.
    #[serde(default)]
    pub deleted: u32,
    /// Tombstones seen again.
    #[serde(default)]
    pub restored: u32,
    /// Rows whose project changed.
    #[serde(default)]
    pub attributed: u32,
}

impl std::ops::AddAssign for ChangeCounts {
    fn add_assign(&mut self, other: Self) {
        let Self { discovered, updated, struck, returned, deleted, restored, attributed } = other;
        self.discovered += discovered;
        self.updated += updated;
        self.struck += struck;
        self.returned += returned;
        self.deleted += deleted;
        self.restored += restored;
        self.attributed += attributed;
    }
}

impl ChangeCounts {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.discovered + self.updated + self.struck + self.returned + self.deleted + self.restored + self.attributed
    }
}

/// What a sweep did and what it can vouch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The run it belongs to.
    pub run_id: RunId,
    /// How it ended.
    pub status: SweepStatus,
    /// When it began, before its first request to DigitalOcean: it speaks of nothing later.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Pages read.
    #[serde(default)]
    pub pages: u32,
    /// Distinct items listed.
    #[serde(default)]
    pub items: u32,
    /// Requests made to DigitalOcean, retries included.
    #[serde(default)]
    pub requests: u32,
    /// What was written.
    #[serde(default)]
    pub changes: ChangeCounts,
    /// Requests the token has left this hour, as DigitalOcean last said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit_remaining: Option<u32>,
    /// Which token read the list, by a digest: what one token sees says nothing of what another does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// What went wrong and what to do; absent when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What an operator should know though nothing failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Deletions that wait for an operator: so much went missing at once that a fault is likelier than a clear-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The run that began it; a confirmation names it.
    pub id: RunId,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How many resources would be deleted, as of the last sweep.
    pub count: u32,
}

/// An operator's word that the deletions of a hold are real. Kept apart from the hold, so that a sweep that is running while it is given
/// does not overwrite it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldConfirmation {
    /// [`Hold::id`] of the hold it is about.
    pub hold_id: RunId,
    /// When it was given: what was struck out by then may go.
    pub at: DateTime<Utc>,
}

/// How far a round over many parents has come: a kind that is listed parent by parent takes several runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanProgress {
    /// The run that began it.
    pub run_id: RunId,
    /// When it began, before its first request: its receipt speaks of nothing later.
    pub started_at: DateTime<Utc>,
    /// The parent up to which every list was read, in the order of their ids; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ProviderId>,
    /// Parents whose list could not be read: what is theirs is left alone, and the round will not count as complete.
    #[serde(default)]
    pub unread: u32,
    /// Pages read so far.
    #[serde(default)]
    pub pages: u32,
    /// Distinct items listed so far.
    #[serde(default)]
    pub items: u32,
    /// Requests made so far.
    #[serde(default)]
    pub requests: u32,
    /// What was written so far.
    #[serde(default)]
    pub changes: ChangeCounts,
}

/// The lane of one (account, kind): its lease, its last receipts and what holds it up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SyncState {
    /// Who sweeps now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// Until when, unless it ends earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// Counts the leases given; what a lease writes at its end is conditional on it.
    #[serde(default)]
    pub fence: u64,
    /// The last sweep that read its list whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_complete: Option<Receipt>,
    /// The last sweep, however it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Receipt>,
    /// Deletions that wait for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// An operator's word on that hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<HoldConfirmation>,
    /// A round under way (lanes of kinds that are listed parent by parent only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_progress: Option<ScanProgress>,
    /// Kinds that only URNs speak of, as far as ever seen in the account (the projects lane only).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub urn_kinds: BTreeSet<Kind>,
}
