//! A sweep: one target, under the lease of its sync state, from the list to the receipt.
//!
//! A refusal by DigitalOcean is recorded in the receipt for operators. Only a table that does not
//! answer causes an [`Error`]. A sweep that crashes between two writes is repaired by the next one:
//! each record changes in a write of its own, together with its events, and each decision is made
//! on the current record.

mod children;
mod fast_poll;
mod kind;
mod persist;
pub mod plan;
mod result;

use std::time::{Duration, Instant};

use access::Remedy;
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::Client;
use domain::{AccountId, Clock, Kind, Receipt, RunId, SweepStatus, SyncState};
use store::{SyncCompletion, SyncLeaseOutcome, Table};

use crate::Error;
use crate::kind::Source;
use crate::kinds::droplet;
use crate::projects::{self, Bootstrap};
use crate::workers::{InventoryWorker, Target};

pub(crate) use kind::{KindSweep, SweptKind};
pub(crate) use persist::persist_with_retry;
pub(crate) use result::{SweepCounts, SweepResult, public_message};

/// The parameters of one sweep of an account.
#[derive(Clone, Copy)]
pub struct SweepRun<'a> {
    /// The worker that runs the sweep.
    pub worker: &'static InventoryWorker,
    /// The worker's target that is swept.
    pub target: &'static Target,
    /// The account that is swept.
    pub account: &'a AccountId,
    /// The id of the run.
    pub run_id: &'a RunId,
    /// The table with the records.
    pub table: &'a Table,
    /// The client for DigitalOcean, or the reason why there is none.
    pub access: &'a Access,
    /// The source of the current time.
    pub clock: &'a dyn Clock,
    /// The time by which the sweep must end.
    pub deadline: Instant,
    /// The id of the lease's owner: different for every attempt, also for repeated deliveries of
    /// one message.
    pub lease_owner: &'a str,
    /// The duration of the lease: longer than the function may run.
    pub lease_ttl: TimeDelta,
    /// The minimum time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The internal project, and the client that may create it.
    pub bootstrap: &'a Bootstrap,
}

impl SweepRun<'_> {
    /// Returns the time until the deadline; zero once it has passed.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Returns the digest of the token in use; `None` if there is no token.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        match self.access {
            Access::Granted { token_id, .. } => Some(token_id),
            Access::Denied { .. } => None,
        }
    }
}

/// The access to DigitalOcean for an account: a client with a token, or the reason why there is
/// none.
#[derive(Debug, Clone)]
pub enum Access {
    /// The account has a usable token.
    Granted {
        /// The client with the account's token.
        client: Client,
        /// A digest of the token. Two tokens may see different resources, so their lists cannot be
        /// compared.
        token_id: String,
    },
    /// The account has no usable token; the receipt says so.
    Denied {
        /// The problem, and what to do about it.
        reason: String,
        /// The follow-up of the sweep.
        next: FollowUp,
    },
}

/// The follow-up of a sweep. Later variants are more severe: if several errors occurred, the most
/// severe one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowUp {
    /// No follow-up: the next scheduled run is enough.
    Nothing,
    /// Another run at once, because time ran out before the work was done.
    Continue,
    /// Another run, not before this time, because of a rate limit.
    Later(DateTime<Utc>),
    /// A retry, because the error may be temporary.
    Retry,
    /// A retry with another token, if there is one, because DigitalOcean does not accept this one
    /// (any more).
    NewToken,
    /// An operator must act, because no retry can succeed.
    OperatorActionRequired,
}

impl FollowUp {
    /// Returns the more severe of the two.
    pub(crate) fn more_severe(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Remedy> for FollowUp {
    fn from(remedy: Remedy) -> Self {
        match remedy {
            Remedy::Wait { until: at } | Remedy::Retry { not_before: Some(at) } => Self::Later(domain::to_millis(at)),
            Remedy::Retry { not_before: None } => Self::Retry,
            Remedy::AnotherRun => Self::Continue,
            Remedy::NewToken => Self::NewToken,
            // The operator sees the error in the sync state. Every scheduled run tries again, so a
            // dead letter for each of them would be of no use.
            Remedy::Scope => Self::Nothing,
            Remedy::NotFound | Remedy::Refused | Remedy::Operator => Self::OperatorActionRequired,
        }
    }
}

/// The outcome of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepOutcome {
    /// Another sweep holds the lease.
    Busy,
    /// The sweep ended with this receipt and follow-up.
    Swept(Receipt, FollowUp),
    /// The sweep ran so long that another one took over its lease. Its changes stand; its receipt
    /// is not stored.
    LeaseLost,
}

/// Sweeps a target of the account.
///
/// # Errors
/// If the table does not answer. The lease is released where possible.
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
            // Every request counts, including those that failed and were retried.
            let client = client.with_own_counter();
            let found = match *run.target {
                Target::Kind(kind) => match kind.source {
                    Source::Account(list) => kind::sweep(run, &client, kind, list(&client).await, &sync_state).await,
                    Source::PerParent(lists) => children::sweep(run, &client, kind, lists, &sync_state).await,
                },
                Target::FastDroplets => fast_poll::sweep(run, droplet::list(&client).await).await,
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
    // A sweep that did not read its whole list has no information about held deletions.
    let hold = if listed { hold } else { sync_state.hold.clone() };
    SyncCompletion { receipt, listed, hold, scan_progress, urn_kinds }
}

/// Returns the end of the last complete sweep.
pub(crate) fn last_complete_at(sync_state: &SyncState) -> Option<DateTime<Utc>> {
    sync_state.last_complete.as_ref().map(|receipt| receipt.finished_at)
}

/// Returns the status of a sweep that read its whole list.
pub(crate) fn status_with_holds(held: u32) -> SweepStatus {
    if held > 0 { SweepStatus::Held } else { SweepStatus::Complete }
}

/// Returns the receipt's note about held deletions.
pub(crate) fn held_note(held: u32, known: usize, kind: &Kind, worker: &str) -> String {
    format!(
        "{held} of {known} known {kind} resources are gone at once: their deletion waits for POST /sync/{worker}/confirm"
    )
}
