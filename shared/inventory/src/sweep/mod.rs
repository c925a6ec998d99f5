//! A sweep: one lane, under its lease, from the list to the receipt.
//!
//! What DigitalOcean refuses ends in the receipt, for people to see; only a table that does not answer ends in an [`Error`]. A sweep that
//! dies between any two writes is made right by the next one: rows change one by one, each with its events, and decide for themselves.

mod children;
mod fast_poll;
mod kind;
mod persist;
pub mod plan;
mod result;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, RequestDeadline};
use domain::{AccountId, Clock, Kind, Receipt, RunId, SweepStatus, SyncState};
use store::{SyncCompletion, SyncLeaseOutcome, Table};

use crate::Error;
use crate::projects::{self, Bootstrap};
use crate::workers::{InventoryWorker, Target};

pub(crate) use kind::KindSweep;
pub(crate) use persist::persist_with_retry;
pub(crate) use result::{SweepCounts, SweepResult, public_message};

/// One run of a worker on one account.
#[derive(Clone, Copy)]
pub struct SweepRun<'a> {
    /// The worker.
    pub worker: &'static InventoryWorker,
    /// Which of its targets.
    pub target: &'static Target,
    /// The account.
    pub account: &'a AccountId,
    /// The run's id.
    pub run_id: &'a RunId,
    /// The table.
    pub table: &'a Table,
    /// DigitalOcean, as far as the account's token opens it.
    pub access: &'a Access,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Until when it may work.
    pub deadline: RequestDeadline,
    /// Who holds the lease: another text for every try, also of the same message.
    pub lease_owner: &'a str,
    /// How long the lease is asked for: longer than the function may run.
    pub lease_ttl: TimeDelta,
    /// The least time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The internal project, and whether it may be made.
    pub bootstrap: &'a Bootstrap,
}

impl SweepRun<'_> {
    /// Which token opens DigitalOcean, by a digest.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        match self.access {
            Access::Granted { token_id, .. } => Some(token_id),
            Access::Denied { .. } => None,
        }
    }
}

/// DigitalOcean, with a token of the account's, or why there is none.
#[derive(Debug, Clone)]
pub enum Access {
    /// There is a token.
    Granted {
        /// The client to ask.
        client: Client,
        /// Which token, by a digest: what one token sees says nothing of what another does.
        token_id: String,
    },
    /// No token could be had; the receipt says so.
    Denied {
        /// What is wrong and what to do.
        reason: String,
        /// What should come next.
        next: FollowUp,
    },
}

/// What should come next.
/// The later variants are the more_severe ones: where several things went wrong, the gravest says what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowUp {
    /// Nothing: the next tick will do.
    Nothing,
    /// Another run at once: there was more to do than time.
    Continue,
    /// Another run, not before this time: a rate limit.
    Later(DateTime<Utc>),
    /// Another try: what failed may pass.
    Retry,
    /// Another token, where there is one: DigitalOcean does not know this one (any more).
    NewToken,
    /// A person: no try will make it better.
    OperatorActionRequired,
}

impl FollowUp {
    /// The more_severe of two.
    pub(crate) fn more_severe(self, other: Self) -> Self {
        self.max(other)
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepOutcome {
    /// Another sweep of the lane runs.
    Busy,
    /// It ran, and left this receipt.
    Swept(Receipt, FollowUp),
    /// It ran so long that another took its lease over; what it wrote stands, its receipt does not.
    LeaseLost,
}

/// Sweeps the target's lane of the account.
///
/// # Errors
/// When the table does not answer; the lease is given back where possible.
pub async fn sweep(run: SweepRun<'_>) -> Result<SweepOutcome, Error> {
    let sync_kind = run.target.sync_kind();
    let started_at = run.clock.now();
    let (lease, sync_state) = match run
        .table
        .acquire_sync_lease(run.account, &sync_kind, run.lease_owner, started_at, run.lease_ttl)
        .await?
    {
        SyncLeaseOutcome::Busy => return Ok(SweepOutcome::Busy),
        SyncLeaseOutcome::Granted(lease, sync_state) => (lease, sync_state),
    };
    let (found, requests) = match run.access {
        Access::Denied { reason, next } => (Ok(SweepResult::denied(&sync_state, reason, *next)), 0),
        Access::Granted { client, .. } => {
            // Every request counts, also of what failed and was tried again.
            let client = client.with_own_counter();
            let found = match *run.target {
                Target::Listed(kind) => kind::sweep(run, &client, kind, &sync_state).await,
                Target::Children(kind) => children::sweep(run, &client, kind, &sync_state).await,
                Target::FastDroplets => fast_poll::sweep(run, &client).await,
                Target::Projects => projects::sweep(run, &client, &sync_state).await,
            };
            (found, client.requests())
        }
    };
    let (mut result, failure) = match found {
        Ok(result) => (result, None),
        Err(error) => (SweepResult::interrupted(&sync_state, &error), Some(error)),
    };
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    result.counts.requests += requests;
    if let Some(scan_progress) = &mut result.scan_progress {
        scan_progress.requests += requests;
    }
    let next = result.next;
    let finish = finish(run, &sync_state, result, started_at);
    let receipt = finish.receipt.clone();
    let finished = run.table.complete_sync(&lease, &finish).await;
    match (failure, finished) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(true)) => Ok(SweepOutcome::Swept(receipt, next)),
        (None, Ok(false)) => Ok(SweepOutcome::LeaseLost),
    }
}

fn finish(run: SweepRun<'_>, sync_state: &SyncState, result: SweepResult, started_at: DateTime<Utc>) -> SyncCompletion {
    let finished_at = run.clock.now();
    let SweepResult { status, listed, counts, error, notes, hold, scan_progress, scan_started_at, urn_kinds, .. } =
        result;
    let started_at = scan_started_at.unwrap_or(started_at);
    let receipt = Receipt {
        run_id: run.run_id.clone(),
        status,
        started_at,
        finished_at,
        pages: counts.pages,
        items: counts.items,
        requests: counts.requests,
        changes: counts.changes,
        rate_limit_remaining: counts.rate_limit_remaining,
        duration_ms: u64::try_from((finished_at - started_at).num_milliseconds()).unwrap_or(0),
        token_id: run.token_id().map(str::to_owned),
        error,
        notes,
    };
    // What did not read its list whole knows nothing about what waits.
    let hold = if listed { hold } else { sync_state.hold.clone() };
    SyncCompletion { receipt, listed, hold, scan_progress, urn_kinds }
}

/// When the lane's list was last read whole.
pub(crate) fn last_complete_at(sync_state: &SyncState) -> Option<DateTime<Utc>> {
    sync_state.last_complete.as_ref().map(|receipt| receipt.finished_at)
}

/// How a sweep stands that read its list whole.
pub(crate) fn status_with_holds(held: u32) -> SweepStatus {
    if held > 0 { SweepStatus::Held } else { SweepStatus::Complete }
}

/// What an operator is told of deletions that wait.
pub(crate) fn held_note(held: u32, known: usize, kind: &Kind, worker: &str) -> String {
    format!(
        "{held} of {known} known {kind} resources are gone at once: their deletion waits for POST /sync/{worker}/confirm"
    )
}
