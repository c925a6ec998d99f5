//! A sweep: one lane, under its lease, from the list to the receipt.
//!
//! What DigitalOcean refuses ends in the receipt, for people to see; only a table that does not answer ends in an [`Error`]. A sweep that
//! dies between any two writes is made right by the next one: rows change one by one, each with its events, and decide for themselves.

mod apply;
mod children;
mod fast;
mod finding;
mod kind;
pub mod plan;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, Deadline};
use domain::{AccountId, Clock, Kind, Receipt, RunId, SweepStatus, SyncState};
use store::{SyncCompletion, SyncLeaseOutcome, Table};

use crate::Error;
use crate::projects::{self, Bootstrap};
use crate::workers::{Target, Worker};

pub(crate) use apply::settle;
pub(crate) use finding::{Finding, Tally, told};
pub(crate) use kind::KindSweep;

/// One run of a worker on one account.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The worker.
    pub worker: &'static Worker,
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
    pub deadline: Deadline,
    /// Who holds the lease: another text for every try, also of the same message.
    pub lease_owner: &'a str,
    /// How long the lease is asked for: longer than the function may run.
    pub lease_ttl: TimeDelta,
    /// The least time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The internal project, and whether it may be made.
    pub bootstrap: &'a Bootstrap,
}

impl Run<'_> {
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
        next: Next,
    },
}

/// What should come next.
/// The later variants are the graver ones: where several things went wrong, the gravest says what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// Nothing: the next tick will do.
    Nothing,
    /// Another run at once: there was more to do than time.
    GoOn,
    /// Another run, not before this time: a rate limit.
    Later(DateTime<Utc>),
    /// Another try: what failed may pass.
    Retry,
    /// Another token, where there is one: DigitalOcean does not know this one (any more).
    NewToken,
    /// A person: no try will make it better.
    Person,
}

impl Next {
    /// The graver of two.
    pub(crate) fn graver(self, other: Self) -> Self {
        self.max(other)
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Another sweep of the lane runs.
    Busy,
    /// It ran, and left this receipt.
    Swept(Receipt, Next),
    /// It ran so long that another took its lease over; what it wrote stands, its receipt does not.
    Overtaken,
}

/// Sweeps the target's lane of the account.
///
/// # Errors
/// When the table does not answer; the lease is given back where possible.
pub async fn sweep(run: Run<'_>) -> Result<Outcome, Error> {
    let lane_kind = run.target.lane();
    let started_at = run.clock.now();
    let (lease, lane) = match run
        .table
        .acquire_sync_lease(run.account, &lane_kind, run.lease_owner, started_at, run.lease_ttl)
        .await?
    {
        SyncLeaseOutcome::Busy => return Ok(Outcome::Busy),
        SyncLeaseOutcome::Granted(lease, lane) => (lease, lane),
    };
    let (found, requests) = match run.access {
        Access::Denied { reason, next } => (Ok(Finding::denied(&lane, reason, *next)), 0),
        Access::Granted { client, .. } => {
            // Every request counts, also of what failed and was tried again.
            let client = client.with_own_counter();
            let found = match *run.target {
                Target::Listed(kind) => kind::sweep(run, &client, kind, &lane).await,
                Target::Children(kind) => children::sweep(run, &client, kind, &lane).await,
                Target::FastDroplets => fast::sweep(run, &client).await,
                Target::Projects => projects::sweep(run, &client, &lane).await,
            };
            (found, client.requests())
        }
    };
    let (mut finding, failure) = match found {
        Ok(finding) => (finding, None),
        Err(error) => (Finding::broken_off(&lane, &error), Some(error)),
    };
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    finding.tally.requests += requests;
    if let Some(scan_progress) = &mut finding.scan_progress {
        scan_progress.requests += requests;
    }
    let next = finding.next;
    let finish = finish(run, &lane, finding, started_at);
    let receipt = finish.receipt.clone();
    let finished = run.table.complete_sync(&lease, &finish).await;
    match (failure, finished) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(true)) => Ok(Outcome::Swept(receipt, next)),
        (None, Ok(false)) => Ok(Outcome::Overtaken),
    }
}

fn finish(run: Run<'_>, lane: &SyncState, finding: Finding, started_at: DateTime<Utc>) -> SyncCompletion {
    let finished_at = run.clock.now();
    let Finding { status, listed, tally, error, notes, hold, scan_progress, begun_at, urn_kinds, .. } = finding;
    let started_at = begun_at.unwrap_or(started_at);
    let receipt = Receipt {
        run_id: run.run_id.clone(),
        status,
        started_at,
        finished_at,
        pages: tally.pages,
        items: tally.items,
        requests: tally.requests,
        changes: tally.changes,
        rate_limit_remaining: tally.rate_limit_remaining,
        duration_ms: u64::try_from((finished_at - started_at).num_milliseconds()).unwrap_or(0),
        token_id: run.token_id().map(str::to_owned),
        error,
        notes,
    };
    // What did not read its list whole knows nothing about what waits.
    let hold = if listed { hold } else { lane.hold.clone() };
    SyncCompletion { receipt, listed, hold, scan_progress, urn_kinds }
}

/// When the lane's list was last read whole.
pub(crate) fn last_complete_at(lane: &SyncState) -> Option<DateTime<Utc>> {
    lane.last_complete.as_ref().map(|receipt| receipt.finished_at)
}

/// How a sweep stands that read its list whole.
pub(crate) fn complete(held: u32) -> SweepStatus {
    if held > 0 { SweepStatus::Held } else { SweepStatus::Complete }
}

/// What an operator is told of deletions that wait.
pub(crate) fn waiting(held: u32, known: usize, kind: &Kind, worker: &str) -> String {
    format!(
        "{held} of {known} known {kind} resources are gone at once: their deletion waits for POST /sync/{worker}/confirm"
    )
}
