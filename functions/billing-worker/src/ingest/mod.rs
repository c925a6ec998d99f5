//! Ingests one invoice: its CSV for the lines, its JSON items for the ids, its summary and the
//! history for the sums.

mod chunk_reader;
mod rows;

use billing::items::KeyedItem;
use billing::{Sums, tie_out};
use digitalocean::Client;
use domain::InvoiceUuid;
use domain::billing::{Invoice, InvoiceStatus, Period};
use rust_decimal::Decimal;
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::from_digitalocean;
use crate::invoice_header::is_due;
use crate::preview::none_if_not_found;
use crate::report::JobReport;
use rows::ParsedInvoice;

impl BillingWorker {
    /// Reads an invoice and publishes its lines. After any failure, the previous lines stay
    /// published.
    pub(crate) async fn ingest(
        &self,
        client: &Client,
        period: Period,
        uuid: &InvoiceUuid,
        run: &AccountJob<'_>,
    ) -> Result<JobReport, Error> {
        let Some(invoice) = self.services.table.invoice(run.slug(), period, uuid).await? else {
            return Err(Error::OperatorActionRequired(format!(
                "the invoice {uuid} of {period} is not in the table; run billing-history"
            )));
        };
        if invoice.status == InvoiceStatus::Open {
            return Ok(JobReport::dropped("the invoice is the running month's preview"));
        }
        if !is_due(&invoice, true) && was_read_since(&invoice, run) {
            return Ok(JobReport::dropped("the invoice was read after this message was scheduled"));
        }
        let billing = client.billing();
        // Each item is reduced to its key and ids at once, because an invoice may have a hundred
        // thousand.
        let items = billing.invoice_items(uuid.as_str()).collect_all_as(|item| {
            let (charge, ids) = from_digitalocean::charge(item);
            KeyedItem::new(&charge, ids)
        });
        // An invoice without JSON items or without a summary is tied out with the other sources.
        let items = none_if_not_found(items.await)?;
        let (pages, requests) = items.as_ref().map_or((0, 0), |list| (list.pages, list.requests));
        let items = items.map(|list| list.items);
        let summary =
            none_if_not_found(billing.invoice_summary(uuid.as_str()).await)?.as_ref().map(from_digitalocean::summary);
        let inventory = self.inventory_cache.read(run).await?;
        let csv = billing.invoice_csv(uuid.as_str()).await?;
        let parsed = rows::read(csv, items, period, inventory).await?;
        let history = self.history_amount(&invoice).await?;
        let ParsedInvoice { lines, tally, items_sum, .. } = &parsed;
        let sums = Sums { lines: tally.sum, items: *items_sum, summary, invoice: Some(invoice.amount.amount), history };
        let report = self.publish_lines(run, invoice, lines, tally.clone(), &tie_out(&sums)).await?;
        let requests = requests + 2;
        Ok(JobReport { pages, requests, notes: parsed.notes(), ..report })
    }

    /// Returns the amount of the invoice's entries in the billing history; `None` if it has none
    /// yet.
    async fn history_amount(&self, invoice: &Invoice) -> Result<Option<Decimal>, Error> {
        let entries = self.services.table.history_of(&invoice.account, invoice.period, &invoice.uuid).await?;
        let amounts = entries.iter().filter(|entry| entry.entry_type.is_invoice()).map(|entry| entry.amount.amount);
        // Several entries are added up, so that an invoice that was billed twice shows as a
        // difference.
        Ok(amounts.reduce(|one, other| one + other))
    }
}

fn was_read_since(invoice: &Invoice, run: &AccountJob<'_>) -> bool {
    invoice.lines.as_ref().is_some_and(|set| set.ingested_at > run.message.scheduled_at)
}
