//! The state of the mirror.

use chrono::{DateTime, Utc};
use domain::{AccountId, ChangeCounts, Kind, RunId, ScanProgress, SweepStatus, SyncState};
use serde::Serialize;
use utoipa::ToSchema;

use super::HeldDeletionsView;
use crate::workers::AnyWorker;

/// How a worker does with one of its kinds in an account. What a run found is of the last complete one; how it went, of the last.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SyncState)]
pub struct SyncView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The worker.
    #[schema(example = "droplets")]
    pub worker: String,
    /// What it is about: a kind of resources, `project`, `droplet_fast` for the quick look at droplets, or, of a worker of billing, `balance`,
    /// `billing_history` or `invoice_ingest`.
    #[schema(example = "droplet")]
    pub kind: String,
    /// How the last run ended: `complete`, `partial`, `failed`, `not_visible`, `held`, or `never` where none has.
    #[schema(value_type = String, pattern = "^(complete|partial|failed|not_visible|held|never)$", example = "complete")]
    pub status: SweepStatus,
    /// When the last complete run ended.
    #[schema(required)]
    pub last_complete_at: Option<DateTime<Utc>>,
    /// How long ago that is, in seconds.
    #[schema(required, example = 240)]
    pub age_seconds: Option<i64>,
    /// Items the last complete run listed.
    #[schema(required, example = 5)]
    pub items: Option<u32>,
    /// Pages it read.
    #[schema(required, example = 1)]
    pub pages: Option<u32>,
    /// Requests the last run made to DigitalOcean, retries included.
    #[schema(required, example = 1)]
    pub requests: Option<u32>,
    /// Changes the last run wrote.
    #[schema(required, example = 1)]
    pub changes: Option<u32>,
    /// The same by what happened.
    #[schema(required)]
    pub changes_by_type: Option<ChangesView>,
    /// What went wrong in the last run and what to do; null when nothing did.
    #[schema(required)]
    pub error: Option<String>,
    /// What an operator should know of the last run though nothing failed.
    pub notes: Vec<String>,
    /// The last run.
    #[schema(required, example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: Option<String>,
    /// When it began.
    #[schema(required)]
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether one runs now.
    pub running: bool,
    /// A round under way: what is listed parent by parent takes several runs. Null when there is none.
    #[schema(required)]
    pub scan_progress: Option<ScanProgressView>,
    /// Deletions that wait for `POST /sync/{worker}/confirm`; null when none do.
    #[schema(required)]
    pub held: Option<HeldDeletionsView>,
    /// Requests the token has left this hour, as DigitalOcean said in the last run.
    #[schema(required, example = 4987)]
    pub rate_limit_remaining: Option<u32>,
}

/// What a run changed, counted by what happened.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Changes)]
pub struct ChangesView {
    /// Seen for the first time.
    #[schema(example = 1)]
    pub discovered: u32,
    /// Facts changed.
    pub updated: u32,
    /// Missed once more.
    pub struck: u32,
    /// Seen again before the third strike.
    pub returned: u32,
    /// Found gone.
    pub deleted: u32,
    /// Seen again after they were found gone.
    pub restored: u32,
    /// Moved to another project.
    pub attributed: u32,
}

/// How far a round over many parents has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ScanProgress)]
pub struct ScanProgressView {
    /// The run that began it.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    pub run_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The parent up to which every list was read, in the order of their ids; null before the first.
    #[schema(required, example = "example.com")]
    pub after: Option<String>,
    /// Parents whose list could not be read: the round will not count as complete.
    #[schema(example = 0)]
    pub unread: u32,
    /// Items listed so far.
    #[schema(example = 1200)]
    pub items: u32,
    /// Pages read so far.
    #[schema(example = 40)]
    pub pages: u32,
    /// Requests made so far.
    #[schema(example = 42)]
    pub requests: u32,
}

/// A run that was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Run)]
pub struct RunView {
    /// Its id, as in logs and in `GET /sync`.
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
    fn from(round: ScanProgress) -> Self {
        let ScanProgress { run_id, started_at, after, unread, pages, items, requests, changes: _ } = round;
        Self { run_id: run_id.into(), started_at, after: after.map(Into::into), unread, items, pages, requests }
    }
}

impl SyncView {
    /// How `worker` does with `kind` in `account`, as the kind's lane has it.
    #[must_use]
    pub fn new(
        account: &AccountId,
        worker: AnyWorker,
        kind: &Kind,
        lane: Option<&SyncState>,
        now: DateTime<Utc>,
    ) -> Self {
        let lane = lane.cloned().unwrap_or_default();
        let (complete, last) = (lane.last_complete.as_ref(), lane.last.as_ref());
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
            running: lane.lease_until.is_some_and(|until| until > now),
            scan_progress: lane.scan_progress.map(Into::into),
            held: lane.hold.map(|hold| HeldDeletionsView::new(hold, lane.confirmation)),
            rate_limit_remaining: last.and_then(|receipt| receipt.rate_limit_remaining),
        }
    }
}
