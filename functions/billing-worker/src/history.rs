//! Imports the billing history and the list of invoices.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use billing::{INVOICE_INGEST, Task};
use digitalocean::Client;
use domain::billing::{HistoryEntry, Invoice, Period};
use domain::{AccountId, InvoiceUuid};
use runtime::{Message, OutgoingMessage};
use store::{InvoiceCommitOutcome, retry_on_conflict};
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::from_digitalocean;
use crate::invoice_header::{ListedInvoice, is_due, updated_header};
use crate::report::JobReport;

/// The invoice headers of an account, by month and id.
pub(crate) type InvoiceHeaders = BTreeMap<(Period, InvoiceUuid), Invoice>;

impl BillingWorker {
    /// Stores the history and a header for every listed invoice, and sends a message for each
    /// invoice that is due and one for the running month's preview.
    ///
    /// A write that is already done is not repeated, so a run that was aborted is continued by the
    /// next one.
    pub(crate) async fn discover(&self, client: &Client, run: &AccountJob<'_>) -> Result<JobReport, Error> {
        let billing = client.billing();
        let history = billing.billing_history().collect_all().await?;
        let invoices = billing.invoices().collect_all().await?;
        let mut report = JobReport {
            pages: history.pages + invoices.pages,
            items: u32::try_from(history.items.len() + invoices.items.len()).unwrap_or(u32::MAX),
            requests: history.requests + invoices.requests,
            rate_limit_remaining: invoices.rate_limit.and_then(|limit| limit.remaining),
            ..JobReport::default()
        };
        let entries = history.items.into_iter().map(|entry| from_digitalocean::entry(run.slug(), entry));
        let entries: Vec<HistoryEntry> = entries.collect::<Result<_, _>>()?;
        let listed: Vec<ListedInvoice> =
            invoices.items.into_iter().map(ListedInvoice::try_from).collect::<Result<_, _>>()?;
        // The list is stored as a whole, because equal entries are numbered consecutively across
        // DigitalOcean's pages.
        let new = run.within_time(self.services.table.put_history(&entries)).await??;
        report.changes.discovered += u32::try_from(new).unwrap_or(u32::MAX);
        let of_invoices = entries.iter().filter(|entry| entry.entry_type.is_invoice());
        let billed: BTreeSet<&InvoiceUuid> = of_invoices.filter_map(|entry| entry.invoice_uuid.as_ref()).collect();
        let mut existing = self.invoice_headers(run.slug()).await?;
        // The preview comes first: after years of invoices in the queue it would have to wait for
        // the rate limit.
        self.send_task(run, &Task::Preview).await?;
        report.sent += 1;
        for listed in &listed {
            let current = existing.remove(&(listed.period, listed.uuid.clone()));
            let header = run.within_time(self.upsert(run.slug(), listed, current, &mut report)).await??;
            if is_due(&header, billed.contains(&listed.uuid)) {
                self.send_task(run, &Task::Ingest { period: header.period, invoice: header.uuid }).await?;
                report.sent += 1;
            }
        }
        Ok(report)
    }

    /// Reads the headers of all invoices of an account.
    pub(crate) async fn invoice_headers(&self, account: &AccountId) -> Result<InvoiceHeaders, store::Error> {
        let headers = self.services.table.invoices(account).await?.into_iter();
        Ok(headers.map(|header| ((header.period, header.uuid.clone()), header)).collect())
    }

    /// Writes the header of a listed invoice if the list has something new, and returns the current
    /// header.
    async fn upsert(
        &self,
        account: &AccountId,
        listed: &ListedInvoice,
        current: Option<Invoice>,
        report: &mut JobReport,
    ) -> Result<Invoice, store::Error> {
        let written = retry_on_conflict(current, async |current| {
            let Some(write) = updated_header(account, listed, current.as_ref()) else {
                return Ok(ControlFlow::Break((current, None)));
            };
            Ok::<_, store::Error>(match self.services.table.commit_invoice(&write).await? {
                InvoiceCommitOutcome::Written => ControlFlow::Break((Some(write.invoice), Some(write.before))),
                InvoiceCommitOutcome::Conflict(now) => ControlFlow::Continue(now.map(|now| *now)),
            })
        });
        let current = match written.await? {
            ControlFlow::Break((current, written)) => {
                report.changes.discovered += u32::from(written == Some(None));
                report.changes.updated += u32::from(written.flatten().is_some());
                current
            }
            ControlFlow::Continue(current) => current,
        };
        current.ok_or_else(|| store::Error::Contended {
            what: format!("the invoice {} of {}", listed.uuid, listed.period),
            attempts: store::MAX_ATTEMPTS,
        })
    }

    /// Sends a task to `invoice-ingest`, with the id and time of this run. A duplicate is dropped,
    /// because its task is already done.
    pub(crate) async fn send_task(&self, run: &AccountJob<'_>, task: &Task) -> Result<(), Error> {
        let scheduled_at = run.message.scheduled_at;
        let message = Message::new(INVOICE_INGEST.name, run.slug().as_str(), scheduled_at, run.run_id.as_str());
        let message = message.with_fields(task)?;
        self.services.queue.send(&self.ingest_queue_url, OutgoingMessage::new(message.to_body())).await?;
        Ok(())
    }
}
