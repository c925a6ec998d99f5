//! The records that a sweep writes: its receipt, and the sync state of its kind.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Kind, ProviderId, RunId};

/// The result of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepStatus {
    /// Every page was read and every change written, so resources that are missing get strikes.
    Complete,
    /// Some reads or writes failed. Only resources that DigitalOcean itself said are gone got
    /// strikes.
    Partial,
    /// The list could not be read; nothing was concluded from it.
    Failed,
    /// The token has no permission to read this kind.
    NotVisible,
    /// Complete, but so much is gone at once that the deletions wait for an operator's
    /// confirmation.
    Held,
    /// No sweep has ended yet.
    Never,
}

impl SweepStatus {
    /// Returns true if the whole list was read.
    #[must_use]
    pub fn is_complete(self) -> bool {
        matches!(self, Self::Complete | Self::Held)
    }
}

/// The number of changes that a sweep wrote, by type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// Resources seen for the first time.
    #[serde(default)]
    pub discovered: u32,
    /// Resources whose facts changed.
    #[serde(default)]
    pub updated: u32,
    /// Resources that got a strike, because they were not listed.
    #[serde(default)]
    pub struck: u32,
    /// Resources seen again before the third strike.
    #[serde(default)]
    pub returned: u32,
    /// Resources recorded as deleted.
    #[serde(default)]
    pub deleted: u32,
    /// Tombstones whose resource was seen again.
    #[serde(default)]
    pub restored: u32,
    /// Resources whose project changed.
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
    /// Returns the sum of all counts.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.discovered + self.updated + self.struck + self.returned + self.deleted + self.restored + self.attributed
    }
}

/// The receipt of a sweep: what it did, and how far its list can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The run that the sweep was part of.
    pub run_id: RunId,
    /// The result of the sweep.
    pub status: SweepStatus,
    /// The start of the sweep, before its first request to DigitalOcean. Changes after this time
    /// are not covered by the sweep.
    pub started_at: DateTime<Utc>,
    /// The end of the sweep.
    pub finished_at: DateTime<Utc>,
    /// Pages read from DigitalOcean.
    #[serde(default)]
    pub pages: u32,
    /// Distinct items that were listed.
    #[serde(default)]
    pub items: u32,
    /// Requests sent to DigitalOcean, retries included.
    #[serde(default)]
    pub requests: u32,
    /// The changes that were written.
    #[serde(default)]
    pub changes: ChangeCounts,
    /// Requests that the token has left this hour, as DigitalOcean last reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit_remaining: Option<u32>,
    /// A digest of the token that read the list. Two tokens may see different resources, so their
    /// lists cannot be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
    /// The duration of the sweep, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// The error and what to do about it; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Facts for the operator that are not errors, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A hold: deletions that wait for an operator, because so much went missing at once that a fault
/// is more likely than a clean-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The run that began the hold. A confirmation refers to it.
    pub id: RunId,
    /// The time at which the hold began.
    pub since: DateTime<Utc>,
    /// The number of resources that would be deleted, as of the last sweep.
    pub count: u32,
}

/// An operator's confirmation that the deletions of a hold are real. It is stored apart from the
/// hold, so that a sweep that runs at the same time does not overwrite it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldConfirmation {
    /// The [`Hold::id`] of the confirmed hold.
    pub hold_id: RunId,
    /// The time of the confirmation. Resources that had all their strikes by then may be deleted.
    pub at: DateTime<Utc>,
}

/// The progress of a scan over many parents: a kind that is listed parent by parent takes several
/// runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanProgress {
    /// The run that began the scan.
    pub run_id: RunId,
    /// The start of the scan, before its first request. Changes after this time are not covered by
    /// its receipt.
    pub started_at: DateTime<Utc>,
    /// The last parent whose list was read, in the order of the parents' ids; absent before the
    /// first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ProviderId>,
    /// The number of parents whose list could not be read. Their children are left alone, and the
    /// scan will not count as complete.
    #[serde(default)]
    pub unread: u32,
    /// Pages read so far.
    #[serde(default)]
    pub pages: u32,
    /// Distinct items listed so far.
    #[serde(default)]
    pub items: u32,
    /// Requests sent so far, retries included.
    #[serde(default)]
    pub requests: u32,
    /// The changes that were written so far.
    #[serde(default)]
    pub changes: ChangeCounts,
}

/// The sync state of one (account, kind): its lease, its last receipts and its hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SyncState {
    /// The id of the sweep that holds the lease; absent if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// The time at which the lease expires, unless it is released earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// The fencing token: the number of leases granted so far. The final write of a lease is
    /// conditional on it.
    #[serde(default)]
    pub fence: u64,
    /// The receipt of the last sweep that read its whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_complete: Option<Receipt>,
    /// The receipt of the last sweep, whatever its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Receipt>,
    /// Deletions that wait for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// An operator's confirmation of that hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<HoldConfirmation>,
    /// The progress of a scan that is under way, only for kinds that are listed parent by parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_progress: Option<ScanProgress>,
    /// Kinds that occur only in URNs, as far as ever seen in the account; only in the sync state of
    /// the projects.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub urn_kinds: BTreeSet<Kind>,
}
