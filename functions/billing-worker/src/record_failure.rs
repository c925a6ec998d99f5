//! Records on an invoice's header why it could not be read. Users of the API see it there; a dead
//! letter is visible only to operators.

use domain::billing::{Invoice, InvoiceStatus};
use domain::error_chain;
use store::{InvoiceCommitOutcome, InvoiceWrite};
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::job::{Fetch, Job};

impl BillingWorker {
    /// Records on the invoice's header why this attempt failed. Every attempt does so, because only
    /// the queue counts attempts and a worker cannot tell which is the last. Nothing is written if
    /// the invoice was read after this run began, or if the header changes at the same time, so
    /// that the result of another message is not overwritten.
    pub(crate) async fn record_failure(&self, job: &Job, run: &AccountJob<'_>, error: &Error) {
        if matches!(error, Error::ConcurrentChange) {
            return;
        }
        let recorded = async {
            let header = match job {
                Job::Fetch(Fetch::Invoice(period, uuid)) => {
                    self.services.table.invoice(run.slug(), *period, uuid).await?
                }
                Job::Fetch(Fetch::Preview) => self.preview_headers(run).await?.into_iter().next(),
                _ => None,
            };
            match header.and_then(|header| with_failure(&header, run, error)) {
                Some(write) => self.services.table.commit_invoice(&write).await,
                None => Ok(InvoiceCommitOutcome::Written),
            }
        };
        if let Err(error) = recorded.await {
            tracing::warn!(error = error_chain(&error), "cannot record the ingest error on the invoice");
        }
    }
}

/// Returns the header with the error; `None` if it has the same error already, or if the invoice
/// was read after this run began.
fn with_failure(header: &Invoice, run: &AccountJob<'_>, error: &Error) -> Option<InvoiceWrite> {
    if header.lines.as_ref().is_some_and(|set| set.ingested_at > run.started_at) {
        return None;
    }
    let status = match header.status {
        InvoiceStatus::Open => InvoiceStatus::Open,
        // A deferred message waits for its turn and has not failed.
        status if error.is_deferral() => status,
        _ => InvoiceStatus::Failed,
    };
    let next = Invoice { status, error: Some(error_chain(error)), ..header.clone() };
    (next != *header).then(|| InvoiceWrite {
        before: Some(header.version),
        invoice: Invoice { version: header.version + 1, ..next },
    })
}
