//! Runs scheduled jobs: one at a time in an account, each with a receipt.

use domain::{Receipt, SweepStatus, error_chain};
use runtime::Failure;
use store::{SyncCompletion, SyncLeaseOutcome};
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::job::Job;
use crate::report::JobReport;

/// The reason why a message waits for another run, or found that one took over its lease.
const BUSY: &str = "another run of this worker is in progress for the account";

impl BillingWorker {
    /// Does the job, unless a newer run is already complete.
    pub(crate) async fn run_scheduled(&self, job: &Job, run: &AccountJob<'_>) -> Result<(), Failure> {
        if run.is_superseded(&self.worker.sync_kind).await? {
            return Ok(());
        }
        let SyncLeaseOutcome::Granted(lease, _) = run.take_lease(&self.worker.sync_kind).await? else {
            return run.wait_for_lease(BUSY);
        };
        let outcome = self.perform(job, run).await;
        if !self.services.table.complete_sync(&lease, &self.finish(run, &outcome)).await? {
            return run.wait_for_lease(BUSY);
        }
        match outcome {
            Ok(_) => Ok(()),
            // The receipt shows the missing scope, and every tick tries again. A dead letter and
            // its alarm for each tick would add nothing.
            Err(error) if error.status() == SweepStatus::NotVisible => Ok(()),
            Err(error) => Err(error.into_failure(self.services.clock.now())),
        }
    }

    fn finish(&self, run: &AccountJob<'_>, outcome: &Result<JobReport, Error>) -> SyncCompletion {
        let nothing = JobReport::default();
        let (report, error) = match outcome {
            Ok(report) => (report, None),
            Err(error) => (&nothing, Some(error)),
        };
        let finished_at = self.services.clock.now();
        let receipt = Receipt {
            run_id: run.run_id.clone(),
            status: error.map_or(SweepStatus::Complete, Error::status),
            started_at: run.started_at,
            finished_at,
            pages: report.pages,
            items: report.items,
            requests: report.requests,
            changes: report.changes,
            rate_limit_remaining: report.rate_limit_remaining,
            token_id: None,
            duration_ms: u64::try_from((finished_at - run.started_at).num_milliseconds()).unwrap_or_default(),
            error: error.map(|error| error_chain(error)),
            notes: report.notes.clone(),
        };
        SyncCompletion { receipt, listed: error.is_none(), hold: None, scan_progress: None, urn_kinds: None }
    }
}
