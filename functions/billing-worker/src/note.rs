//! Why an invoice could not be read, on its head: a dead letter is seen by the operator alone.

use domain::billing::{Invoice, InvoiceStatus};
use domain::error_chain;
use store::{InvoiceCommitOutcome, InvoiceWrite};

use crate::BillingWorker;
use crate::handler::Run;
use crate::job::{Job, Read};
use crate::trouble::Trouble;

impl BillingWorker {
    /// Notes on the head of the invoice why this attempt failed. Each attempt does, for none knows that it is the last: the queue counts.
    ///
    /// Only where the head is as it was left: a message that has come further meanwhile is not talked over.
    pub(crate) async fn note_on_head(&self, job: &Job, run: &Run<'_>, trouble: &Trouble) {
        if matches!(trouble, Trouble::Overtaken) {
            return;
        }
        let noted = async {
            let head = match job {
                Job::Read(Read::Invoice(period, uuid)) => self.table.invoice(run.slug(), *period, uuid).await?,
                Job::Read(Read::Preview) => self.open_heads(run).await?.into_iter().next(),
                _ => None,
            };
            match head.and_then(|head| failed(&head, run, trouble)) {
                Some(write) => self.table.commit_invoice(&write).await,
                None => Ok(InvoiceCommitOutcome::Written),
            }
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = error_chain(&error), "why the invoice could not be read is not on its head");
        }
    }
}

/// The head with the reason; `None` where it says so already, or shows what was read since.
fn failed(head: &Invoice, run: &Run<'_>, trouble: &Trouble) -> Option<InvoiceWrite> {
    if head.lines.as_ref().is_some_and(|set| set.ingested_at > run.at) {
        return None;
    }
    let status = match head.status {
        InvoiceStatus::Open => InvoiceStatus::Open,
        // It waits for its turn, and has not failed.
        status if trouble.is_a_wait() => status,
        _ => InvoiceStatus::Failed,
    };
    let next = Invoice { status, error: Some(trouble.told()), ..head.clone() };
    (next != *head)
        .then(|| InvoiceWrite { before: Some(head.version), invoice: Invoice { version: head.version + 1, ..next } })
}
