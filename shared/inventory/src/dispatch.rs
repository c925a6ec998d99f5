//! A sweep: one target, under the lease of its sync state, from the list to the receipt.
//!
//! A refusal by DigitalOcean is recorded in the receipt for operators. Only a table that does not
//! answer causes an [`Error`]. A sweep that crashes between two writes is repaired by the next one:
//! each record changes in a write of its own, together with its events, and each decision is made
//! on the current record.

use chrono::{DateTime, Utc};
use domain::{Receipt, SyncState};
use store::{SyncCompletion, SyncLeaseOutcome};

use crate::kind::{Source, Target};
use crate::kinds::droplet;
use crate::sweep::{Access, SweepOutcome, SweepResult, SweepRun, fast_poll, listed, scan};
use crate::{Error, projects};

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
                    Source::Account(list) => listed::sweep(run, &client, kind, list(&client).await, &sync_state).await,
                    Source::PerParent(lists) => scan::sweep(run, &client, kind, lists, &sync_state).await,
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
