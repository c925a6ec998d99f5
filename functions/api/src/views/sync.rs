//! The representation of the mirror's state.

use chrono::{DateTime, Utc};
use domain::{AccountId, ChangeCounts, Kind, RunId, ScanProgress, SweepStatus, SyncState};
use serde::Serialize;
use utoipa::ToSchema;

use super::HeldDeletionsView;
use crate::workers::AnyWorker;

/// The state of one kind of a worker in an account. `items`, `pages` and `last_complete_at` are of
/// the last complete run, all other fields of the last run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SyncState)]
pub struct SyncView {
    /// Account that is mirrored.
    #[schema(example = "main")]
    pub account: String,
    /// Name of the worker.
    #[schema(example = "droplets")]
    pub worker: String,
    /// Subject of the row: a kind of resources, `project`, `droplet_fast` for the fast poll of
    /// droplets or, for a billing worker, `balance`, `billing_history` or `invoice_ingest`.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Result of the last run: `complete`, `partial`, `failed`, `not_visible`, `held`, or `never`
    /// if no run has ended yet.
    #[schema(value_type = String, pattern = "^(complete|partial|failed|not_visible|held|never)$", example = "complete")]
    pub status: SweepStatus,
    /// End of the last complete run.
    #[schema(required)]
    pub last_complete_at: Option<DateTime<Utc>>,
    /// Age of the last complete run in seconds.
    #[schema(required, example = 240)]
    pub age_seconds: Option<i64>,
    /// Number of items that the last complete run listed.
    #[schema(required, example = 5)]
    pub items: Option<u32>,
    /// Number of pages that the last complete run read.
    #[schema(required, example = 1)]
    pub pages: Option<u32>,
    /// Number of requests that the last run sent to DigitalOcean, including retries.
    #[schema(required, example = 1)]
    pub requests: Option<u32>,
    /// Number of changes that the last run wrote.
    #[schema(required, example = 1)]
    pub changes: Option<u32>,
    /// Number of those changes by type.
    #[schema(required)]
    pub changes_by_type: Option<ChangesView>,
    /// Error of the last run and what to do about it; null if there was none.
    #[schema(required)]
    pub error: Option<String>,
    /// Remarks on the last run that operators should know although nothing failed.
    pub notes: Vec<String>,
    /// Id of the last run.
    #[schema(required, example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: Option<String>,
    /// Beginning of the last run.
    #[schema(required)]
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// End of the last run.
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// True if a run is in progress.
    pub running: bool,
    /// Progress of a scan that reads a list for each parent and takes several runs; null if none is
    /// in progress.
    #[schema(required)]
    pub scan_progress: Option<ScanProgressView>,
    /// Deletions that wait for `POST /sync/{worker}/confirm`; null if there are none.
    #[schema(required)]
    pub held: Option<HeldDeletionsView>,
    /// Number of requests that the token had left this hour when the last run ended, according to
    /// DigitalOcean.
    #[schema(required, example = 4987)]
    pub rate_limit_remaining: Option<u32>,
}

/// The changes of a run, counted by type.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Changes)]
pub struct ChangesView {
    /// Number of items seen for the first time.
    #[schema(example = 1)]
    pub discovered: u32,
    /// Number of items with changed facts.
    pub updated: u32,
    /// Number of items that the sweep did not find and that got one more strike.
    pub struck: u32,
    /// Number of items found again before their third strike.
    pub returned: u32,
    /// Number of items found deleted.
    pub deleted: u32,
    /// Number of items found again after their deletion.
    pub restored: u32,
    /// Number of items moved to another project.
    pub attributed: u32,
}

/// The progress of a scan that reads one list for each parent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ScanProgress)]
pub struct ScanProgressView {
    /// Id of the run that began the scan.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: String,
    /// Beginning of the scan.
    pub started_at: DateTime<Utc>,
    /// Parent up to which every list was read, in the order of ids; null before the first.
    #[schema(required, example = "example.com")]
    pub after: Option<String>,
    /// Number of parents whose list could not be read. If there are any, the scan does not count as
    /// complete.
    #[schema(example = 0)]
    pub unread: u32,
    /// Number of items listed so far.
    #[schema(example = 1200)]
    pub items: u32,
    /// Number of pages read so far.
    #[schema(example = 40)]
    pub pages: u32,
    /// Number of requests sent so far.
    #[schema(example = 42)]
    pub requests: u32,
}

/// A run that was requested.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Run)]
pub struct RunView {
    /// Id of the run, as in logs and in `GET /sync`.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: String,
}

impl From<RunId> for RunView {
    fn from(run_id: RunId) -> Self {
        Self { run_id: run_id.into() }
    }
}

impl From<ChangeCounts> for ChangesView {
    fn from(counts: ChangeCounts) -> Self {
        let ChangeCounts { discovered, updated, struck, returned, deleted, restored, attributed } = counts;
        Self { discovered, updated, struck, returned, deleted, restored, attributed }
    }
}

impl From<ScanProgress> for ScanProgressView {
    fn from(progress: ScanProgress) -> Self {
        let ScanProgress { run_id, started_at, after, unread, pages, items, requests, changes: _ } = progress;
        Self { run_id: run_id.into(), started_at, after: after.map(Into::into), unread, items, pages, requests }
    }
}

impl SyncView {
    /// Represents the sync state of a kind in an account; without a state, the kind was never read.
    #[must_use]
    pub fn new(
        account: &AccountId,
        worker: AnyWorker,
        kind: &Kind,
        sync_state: Option<&SyncState>,
        now: DateTime<Utc>,
    ) -> Self {
        let sync_state = sync_state.cloned().unwrap_or_default();
        let (complete, last) = (sync_state.last_complete.as_ref(), sync_state.last.as_ref());
        let last_complete_at = complete.map(|receipt| receipt.finished_at);
        Self {
            account: account.to_string(),
            worker: worker.name().to_owned(),
            kind: kind.to_string(),
            status: last.map_or(SweepStatus::Never, |receipt| receipt.status),
            last_complete_at,
            age_seconds: last_complete_at.map(|at| (now - at).num_seconds().max(0)),
            items: complete.map(|receipt| receipt.items),
            pages: complete.map(|receipt| receipt.pages),
            requests: last.map(|receipt| receipt.requests),
            changes: last.map(|receipt| receipt.changes.total()),
            changes_by_type: last.map(|receipt| receipt.changes.into()),
            error: last.and_then(|receipt| receipt.error.clone()),
            notes: last.map(|receipt| receipt.notes.clone()).unwrap_or_default(),
            run_id: last.map(|receipt| receipt.run_id.to_string()),
            last_attempt_at: last.map(|receipt| receipt.started_at),
            finished_at: last.map(|receipt| receipt.finished_at),
            running: sync_state.lease_until.is_some_and(|until| until > now),
            scan_progress: sync_state.scan_progress.map(Into::into),
            held: sync_state.hold.map(|hold| HeldDeletionsView::new(hold, sync_state.confirmation)),
            rate_limit_remaining: last.and_then(|receipt| receipt.rate_limit_remaining),
        }
    }
}
