//! What a message came to: one line in the log and one set of metrics.

use std::time::Duration;

use billing::{BillingWorkerSpec, LineTally};
use domain::billing::LineSet;
use domain::{AccountId, ChangeCounts, RunId};
use runtime::Metrics;

use crate::error::Error;
use crate::job::Job;

/// What was read and written.
#[derive(Debug, Default)]
pub(crate) struct JobReport {
    /// Why nothing was to be done; absent where something was.
    pub(crate) dropped: Option<&'static str>,
    /// Pages of lists read.
    pub(crate) pages: u32,
    /// Entries, invoices or lines read.
    pub(crate) items: u32,
    /// Requests made for them, as far as they are counted.
    pub(crate) requests: u32,
    /// What was written: discovered are new records, updated those that say something new.
    pub(crate) changes: ChangeCounts,
    /// Messages sent.
    pub(crate) sent: u32,
    /// Requests the token has left this hour.
    pub(crate) rate_limit_remaining: Option<u32>,
    /// What was found of lines, where lines were read.
    pub(crate) lines: Option<PublishedLines>,
    /// What a person should know though nothing failed.
    pub(crate) notes: Vec<String>,
}

/// What was found of the lines of an invoice.
#[derive(Debug)]
pub(crate) struct PublishedLines {
    /// How they count.
    pub(crate) tally: LineTally,
    /// The set that is shown now.
    pub(crate) set: LineSet,
}

impl JobReport {
    /// There was nothing to be done.
    pub(crate) fn dropped(why: &'static str) -> Self {
        Self { dropped: Some(why), ..Self::default() }
    }
}

/// What a report is about.
pub(crate) struct ReportContext<'a> {
    pub(crate) worker: &'a BillingWorkerSpec,
    pub(crate) account: &'a AccountId,
    pub(crate) run_id: &'a RunId,
    pub(crate) job: &'a Job,
    pub(crate) took: Duration,
}

/// One line and one set of metrics.
pub(crate) fn report(context: &ReportContext<'_>, outcome: &Result<JobReport, Error>) {
    let ReportContext { worker, account, run_id, job, took } = context;
    let (job_name, duration_ms) = (job.name(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    let invoice = job.invoice().map(|(period, uuid)| format!("{period} {uuid}"));
    let mut metrics = Metrics::new(worker.name);
    metrics.property("account", account.as_str());
    metrics.property("run_id", run_id.as_str());
    metrics.property("job", job_name);
    let done = match outcome {
        Ok(JobReport { dropped: Some(why), .. }) => {
            tracing::info!(job = job_name, invoice, duration_ms, why, "message dropped");
            return;
        }
        Ok(done) => done,
        Err(error) => {
            // A failure is logged as an error where it ends the message; here is how far it came.
            tracing::warn!(job = job_name, invoice, duration_ms, error = error.public_message(), "not done");
            metrics.count("RunsIncomplete", 1);
            return;
        }
    };
    let JobReport { pages, items, requests, sent, notes, .. } = done;
    let notes = (!notes.is_empty()).then(|| notes.join("; "));
    let changes = done.changes.total();
    match &done.lines {
        None => {
            tracing::info!(job = job_name, invoice, pages, items, requests, changes, sent, notes, duration_ms, "done");
        }
        Some(PublishedLines { tally, set }) => {
            let (counts, tie_out) = (set.counts, set.tie_out.status);
            let (matched, explained) = (counts.matched, counts.explained);
            tracing::info!(
                job = job_name,
                invoice,
                lines = counts.lines,
                matched,
                explained,
                ?tie_out,
                changes,
                notes,
                duration_ms,
                "done"
            );
            metrics.count("Lines", counts.lines.into());
            metrics.count("LinesUnexplained", counts.unexplained().into());
            metrics.count("UnknownProducts", tally.unknown_products.len() as u64);
            metrics.count("TieOutDifferences", set.tie_out.differences.len() as u64);
        }
    }
    metrics.count("RunsComplete", 1);
    metrics.count("Items", (*items).into());
    metrics.count("DigitalOceanRequests", (*requests).into());
    metrics.count("Changes", changes.into());
    metrics.milliseconds("RunDuration", *took);
}
