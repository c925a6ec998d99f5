//! Runs scheduled jobs: one at a time in an account, each with a receipt.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{Receipt, RunId, SweepStatus};
use runtime::Failure;
use store::{SyncCompletion, SyncLeaseOutcome};

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::job::Job;
use crate::report::JobReport;

/// The time by which the lease outlasts the function's remaining time, so that a run never outlives
/// its lease.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(30);
/// The delay of a message that found another run of the same worker and account.
const BUSY_DELAY: Duration = Duration::from_secs(20);
/// The number of such delays. After them, another message of the same worker and account is being
/// processed, so this one can be dropped.
const BUSY_ATTEMPTS: u32 = 18;

impl BillingWorker {
    /// Does the job, unless a newer run is already complete.
    pub(crate) async fn run_scheduled(&self, job: &Job, run: &JobRun<'_>) -> Result<(), Failure> {
        let sync_state = self.table.sync_state(run.slug(), &self.worker.sync_kind).await?;
        if let Some(receipt) = sync_state.and_then(|state| state.last_complete)
            && receipt.started_at > run.message.scheduled_at
        {
            tracing::info!(newer_run_id = %receipt.run_id, "a newer run is complete, message dropped");
            return Ok(());
        }
        let owner = RunId::random();
        let ttl = TimeDelta::from_std(run.deadline.remaining()).unwrap_or_default() + LEASE_MARGIN;
        let acquired = self
            .table
            .acquire_sync_lease(run.slug(), &self.worker.sync_kind, owner.as_str(), run.started_at, ttl)
            .await?;
        let SyncLeaseOutcome::Granted(lease, _) = acquired else { return busy(run) };
        let outcome = self.perform(job, run).await;
        if !self.table.complete_sync(&lease, &self.finish(run, &outcome)).await? {
            return busy(run);
        }
        match outcome {
            Ok(_) => Ok(()),
            // The receipt shows the missing scope, and every tick tries again. A dead letter and
            // its alarm for each tick would add nothing.
            Err(error) if error.status() == SweepStatus::NotVisible => Ok(()),
            Err(error) => Err(error.into_failure(self.clock.now())),
        }
    }

    fn finish(&self, run: &JobRun<'_>, outcome: &Result<JobReport, Error>) -> SyncCompletion {
        let nothing = JobReport::default();
        let report = outcome.as_ref().unwrap_or(&nothing);
        let finished_at = self.clock.now();
        let receipt = Receipt {
            run_id: run.run_id.clone(),
            status: outcome.as_ref().err().map_or(SweepStatus::Complete, Error::status),
            started_at: run.started_at,
            finished_at,
            pages: report.pages,
            items: report.items,
            requests: report.requests,
            changes: report.changes,
            rate_limit_remaining: report.rate_limit_remaining,
            token_id: None,
            duration_ms: u64::try_from((finished_at - run.started_at).num_milliseconds()).unwrap_or_default(),
            error: outcome.as_ref().err().map(Error::public_message),
            notes: report.notes.clone(),
        };
        SyncCompletion { receipt, listed: outcome.is_ok(), hold: None, scan_progress: None, urn_kinds: None }
    }
}

fn busy(run: &JobRun<'_>) -> Result<(), Failure> {
    if run.message.attempt < BUSY_ATTEMPTS {
        return Err(Failure::later(BUSY_DELAY, "another run of this worker is in progress for the account"));
    }
    tracing::warn!(
        attempt = run.message.attempt,
        "another run of this worker is still in progress for the account, message dropped"
    );
    Ok(())
}
