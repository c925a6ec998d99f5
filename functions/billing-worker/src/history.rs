//! What was billed and paid, and which invoices there are.

use std::collections::{BTreeMap, BTreeSet};

use billing::{INVOICE_INGEST, Task};
use digitalocean::Client;
use domain::billing::{HistoryEntry, Invoice, Period};
use domain::{AccountId, InvoiceUuid};
use runtime::{Message, OutgoingMessage};
use store::{InvoiceCommitOutcome, InvoiceWrite};

use crate::BillingWorker;
use crate::error::Error;
use crate::from_digitalocean;
use crate::handler::JobRun;
use crate::invoice_header::{ListedInvoice, is_due, updated_header};
use crate::report::JobReport;

/// Headers read at a time.
const HEADERS_PER_PAGE: usize = 200;
/// How often a header is decided on that others change meanwhile.
const MAX_ATTEMPTS: u32 = 4;

/// The headers that an account has.
pub(crate) type InvoiceHeaders = BTreeMap<(Period, InvoiceUuid), Invoice>;

impl BillingWorker {
    /// Keeps the history, knows every invoice that is listed, and asks for those that are due and for the running month's preview.
    ///
    /// Each of its writes is one that the next run would not make again, so that it goes on where it was broken off.
    pub(crate) async fn discover(&self, client: &Client, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let billing = client.billing();
        let history = billing.billing_history().collect_all().await?;
        let invoices = billing.invoices().collect_all().await?;
        let mut done = JobReport {
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
        // The list as a whole: entries that say the very same are numbered through, wherever DigitalOcean's pages end.
        let new = run.within_deadline(self.table.put_history(&entries)).await?;
        done.changes.discovered += u32::try_from(new).unwrap_or(u32::MAX);
        let of_invoices = entries.iter().filter(|entry| entry.entry_type.is_invoice());
        let billed: BTreeSet<&InvoiceUuid> = of_invoices.filter_map(|entry| entry.invoice_uuid.as_ref()).collect();
        let mut known = self.invoice_headers(run.slug()).await?;
        // First: it is one invoice, and behind years of them it would wait for the rate limit.
        self.send_task(run, &Task::Preview).await?;
        done.sent += 1;
        for listed in &listed {
            let current = known.remove(&(listed.period, listed.uuid.clone()));
            let header = run.within_deadline(self.upsert(run.slug(), listed, current, &mut done)).await?;
            if is_due(&header, billed.contains(&listed.uuid)) {
                self.send_task(run, &Task::Ingest { period: header.period, invoice: header.uuid }).await?;
                done.sent += 1;
            }
        }
        Ok(done)
    }

    /// All headers of an account's invoices.
    pub(crate) async fn invoice_headers(&self, account: &AccountId) -> Result<InvoiceHeaders, store::Error> {
        let (mut headers, mut after) = (InvoiceHeaders::new(), None);
        loop {
            let page = self.table.invoices(account, after.as_deref(), HEADERS_PER_PAGE).await?;
            headers.extend(page.items.into_iter().map(|header| ((header.period, header.uuid.clone()), header)));
            after = page.next;
            if after.is_none() {
                return Ok(headers);
            }
        }
    }

    /// The header of a listed invoice as it now is, written where it says something new.
    async fn upsert(
        &self,
        account: &AccountId,
        listed: &ListedInvoice,
        mut current: Option<Invoice>,
        done: &mut JobReport,
    ) -> Result<Invoice, store::Error> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(write) = updated_header(account, listed, current.as_ref()) else { break };
            current = match self.table.commit_invoice(&write).await? {
                InvoiceCommitOutcome::Written => {
                    let InvoiceWrite { before, invoice } = write;
                    done.changes.discovered += u32::from(before.is_none());
                    done.changes.updated += u32::from(before.is_some());
                    return Ok(invoice);
                }
                InvoiceCommitOutcome::Conflict(now) => now.map(|now| *now),
            };
        }
        current.ok_or_else(|| store::Error::Contended {
            what: format!("the invoice {} of {}", listed.uuid, listed.period),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Asks for something to be done with an invoice, in the name of this run. Sent twice, the second finds it done.
    pub(crate) async fn send_task(&self, run: &JobRun<'_>, task: &Task) -> Result<(), Error> {
        let Message { scheduled_at, .. } = *run.message;
        let message = Message::new(INVOICE_INGEST.name, run.slug().as_str(), scheduled_at, run.run_id.as_str());
        let message = message.with_fields(task)?;
        self.queue.send(&self.ingest_queue_url, OutgoingMessage::new(message.to_body())).await?;
        Ok(())
    }
}
