//! Why an invoice could not be read, on its header: a dead letter is seen by the operator alone.

use domain::billing::{Invoice, InvoiceStatus};
use domain::error_chain;
use store::{InvoiceCommitOutcome, InvoiceWrite};

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::job::{Fetch, Job};

impl BillingWorker {
    /// Notes on the header of the invoice why this attempt failed. Each attempt does, for none knows that it is the last: the queue counts.
    ///
    /// Only where the header is as it was left: a message that has come further meanwhile is not talked over.
    pub(crate) async fn record_failure(&self, job: &Job, run: &JobRun<'_>, error: &Error) {
        if matches!(error, Error::ConcurrentChange) {
            return;
        }
        let recorded = async {
            let header = match job {
                Job::Fetch(Fetch::Invoice(period, uuid)) => self.table.invoice(run.slug(), *period, uuid).await?,
                Job::Fetch(Fetch::Preview) => self.preview_headers(run).await?.into_iter().next(),
                _ => None,
            };
            match header.and_then(|header| with_failure(&header, run, error)) {
                Some(write) => self.table.commit_invoice(&write).await,
                None => Ok(InvoiceCommitOutcome::Written),
            }
        };
        if let Err(error) = recorded.await {
            tracing::warn!(error = error_chain(&error), "why the invoice could not be read is not on its header");
        }
    }
}

/// The header with the reason; `None` where it says so already, or shows what was read since.
fn with_failure(header: &Invoice, run: &JobRun<'_>, error: &Error) -> Option<InvoiceWrite> {
    if header.lines.as_ref().is_some_and(|set| set.ingested_at > run.started_at) {
        return None;
    }
    let status = match header.status {
        InvoiceStatus::Open => InvoiceStatus::Open,
        // It waits for its turn, and has not failed.
        status if error.is_deferral() => status,
        _ => InvoiceStatus::Failed,
    };
    let next = Invoice { status, error: Some(error.public_message()), ..header.clone() };
    (next != *header).then(|| InvoiceWrite {
        before: Some(header.version),
        invoice: Invoice { version: header.version + 1, ..next },
    })
}
