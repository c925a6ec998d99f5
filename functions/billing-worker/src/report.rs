//! Reports the outcome of a message: one log line and one set of metrics.

use std::time::Duration;

use billing::LineTally;
use domain::billing::LineSet;
use domain::{ChangeCounts, error_chain};
use worker::AccountJob;

use crate::error::Error;
use crate::job::Job;

/// The result of a job: the counts of what it read and wrote.
#[derive(Debug, Default)]
pub(crate) struct JobReport {
    /// The reason why the message was dropped; none if its job was done.
    pub(crate) dropped: Option<&'static str>,
    /// The number of list pages read from DigitalOcean.
    pub(crate) pages: u32,
    /// The number of entries, invoices or lines read.
    pub(crate) items: u32,
    /// The number of requests to DigitalOcean, as far as they are counted.
    pub(crate) requests: u32,
    /// The records written: `discovered` counts new ones, `updated` changed ones.
    pub(crate) changes: ChangeCounts,
    /// The number of messages sent to `invoice-ingest`.
    pub(crate) sent: u32,
    /// The number of requests that the token has left this hour.
    pub(crate) rate_limit_remaining: Option<u32>,
    /// The published lines; none for jobs that read no lines.
    pub(crate) lines: Option<PublishedLines>,
    /// Remarks for the operator on a job that succeeded.
    pub(crate) notes: Vec<String>,
}

/// The lines of an invoice that a job published.
#[derive(Debug)]
pub(crate) struct PublishedLines {
    /// The counts of the lines, with the products that no rule covers.
    pub(crate) tally: LineTally,
    /// The set of lines that is published now.
    pub(crate) set: LineSet,
}

impl JobReport {
    /// Creates the report of a message that was dropped for this reason.
    pub(crate) fn dropped(reason: &'static str) -> Self {
        Self { dropped: Some(reason), ..Self::default() }
    }
}

/// Writes the log line and the metrics of a job.
pub(crate) fn report(job: &Job, run: &AccountJob<'_>, took: Duration, outcome: &Result<JobReport, Error>) {
    let (job_name, duration_ms) = (job.name(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    let invoice = job.invoice().map(|(period, uuid)| format!("{period} {uuid}"));
    let mut metrics = run.metrics();
    metrics.property("job", job_name);
    let report = match outcome {
        Ok(JobReport { dropped: Some(reason), .. }) => {
            tracing::info!(job = job_name, invoice, duration_ms, reason, "message dropped");
            return;
        }
        Ok(report) => report,
        Err(error) => {
            // The batch runner logs the failure as an error; this line adds the job and its
            // duration.
            tracing::warn!(job = job_name, invoice, duration_ms, error = error_chain(error), "job incomplete");
            metrics.count("RunsIncomplete", 1);
            return;
        }
    };
    let JobReport { pages, items, requests, sent, notes, .. } = report;
    let notes = (!notes.is_empty()).then(|| notes.join("; "));
    let changes = report.changes.total();
    // Only a job that published lines has these fields: an absent value is not logged.
    let set = report.lines.as_ref().map(|lines| &lines.set);
    let (lines, matched, explained) =
        (set.map(|set| set.counts.lines), set.map(|set| set.counts.matched), set.map(|set| set.counts.explained));
    let tie_out = set.map(|set| tracing::field::debug(set.tie_out.status));
    tracing::info!(
        job = job_name,
        invoice,
        pages,
        items,
        requests,
        lines,
        matched,
        explained,
        tie_out,
        changes,
        sent,
        notes,
        duration_ms,
        "job complete"
    );
    if let Some(PublishedLines { tally, set }) = &report.lines {
        metrics.count("Lines", set.counts.lines.into());
        metrics.count("LinesUnexplained", set.counts.unexplained().into());
        metrics.count("UnknownProducts", tally.unknown_products.len() as u64);
        metrics.count("TieOutDifferences", set.tie_out.differences.len() as u64);
    }
    metrics.count("RunsComplete", 1);
    metrics.count("Items", (*items).into());
    metrics.count("DigitalOceanRequests", (*requests).into());
    metrics.count("Changes", changes.into());
    metrics.milliseconds("RunDuration", took);
}
