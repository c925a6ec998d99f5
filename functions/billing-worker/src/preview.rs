//! Imports the preview of the running month's invoice, which DigitalOcean rewrites every day.

use billing::{LineTally, Sums, build_cost_line, tie_out};
use digitalocean::billing::PREVIEW;
use digitalocean::{Client, InvoicePreview};
use domain::Money;
use domain::billing::{Invoice, InvoiceStatus, Period};
use store::{InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder};
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::from_digitalocean;
use crate::invoice_header::{ListedInvoice, updated_header};
use crate::report::JobReport;

impl BillingWorker {
    /// Imports the running month's preview. It is read from the JSON items, because no
    /// documentation says that a preview has a CSV.
    pub(crate) async fn preview(&self, client: &Client, run: &AccountJob<'_>) -> Result<JobReport, Error> {
        let Some(preview) = client.billing().invoice_preview().await? else {
            return Ok(JobReport::dropped("DigitalOcean has no preview"));
        };
        let period = Period::new(&preview.invoice_period)?;
        let of_month = self.services.table.invoices_in(run.slug(), period).await?;
        if of_month.iter().any(|invoice| invoice.status != InvoiceStatus::Open) {
            self.remove_billed_previews(run).await?;
            return Ok(JobReport::dropped("the month is already billed"));
        }
        let items = items(client, &preview).await?;
        let summary = client.billing().invoice_summary(PREVIEW).await;
        let summary = none_if_not_found(summary)?.as_ref().map(from_digitalocean::summary);
        let invoice = self.upsert_header(run, period, preview, of_month.into_iter().next()).await?;
        let inventory = self.inventory_cache.read(run).await?;
        let (mut lines, mut tally) = (LineSetBuilder::default(), LineTally::default());
        for ((charge, ids), line) in items.into_iter().zip(1..) {
            let line = build_cost_line(line, charge, ids, period, &inventory);
            tally.add(&line);
            lines.push(&line)?;
        }
        let sum = tally.sum;
        let amount = invoice.amount.amount;
        let tie_out = tie_out(&Sums { lines: sum, items: Some(sum), summary, invoice: Some(amount), history: None });
        let report = self.publish_lines(run, invoice, &lines, tally, &tie_out).await?;
        self.remove_billed_previews(run).await?;
        Ok(report)
    }

    /// Writes the header of the running month if the preview has something new, and returns the
    /// current header. It keeps the id that the preview had first.
    async fn upsert_header(
        &self,
        run: &AccountJob<'_>,
        period: Period,
        preview: InvoicePreview,
        current: Option<Invoice>,
    ) -> Result<Invoice, Error> {
        let InvoicePreview { invoice_uuid, amount, updated_at, invoice_period } = preview;
        let listed = digitalocean::Invoice { invoice_uuid, invoice_id: None, amount, invoice_period };
        let write = match current {
            Some(current) => {
                let next = Invoice { amount: Money::usd(amount), updated_at, ..current.clone() };
                if next == current {
                    return Ok(current);
                }
                InvoiceWrite {
                    before: Some(current.version),
                    invoice: Invoice { version: current.version + 1, ..next },
                }
            }
            None => {
                let listed = ListedInvoice { period, ..ListedInvoice::try_from(listed)? };
                let write = updated_header(run.slug(), &listed, None).ok_or(Error::ConcurrentChange)?;
                let invoice = Invoice { status: InvoiceStatus::Open, updated_at, ..write.invoice };
                InvoiceWrite { before: None, invoice }
            }
        };
        match self.services.table.commit_invoice(&write).await? {
            InvoiceCommitOutcome::Written => Ok(write.invoice),
            InvoiceCommitOutcome::Conflict(_) => Err(Error::ConcurrentChange),
        }
    }

    /// Deletes the previews of months whose invoice is published. Publishing an invoice deletes its
    /// preview already; this covers a preview that was written at the same time.
    async fn remove_billed_previews(&self, run: &AccountJob<'_>) -> Result<(), Error> {
        for preview in self.preview_headers(run).await? {
            let of_month = self.services.table.invoices_in(run.slug(), preview.period).await?;
            if of_month.iter().any(|invoice| invoice.status == InvoiceStatus::Ingested) {
                run.within_time(self.services.table.delete_preview(&preview, self.services.clock.now())).await??;
            }
        }
        Ok(())
    }

    /// Reads the headers of previews, the newest first.
    pub(crate) async fn preview_headers(&self, run: &AccountJob<'_>) -> Result<Vec<Invoice>, store::Error> {
        let mut headers = self.services.table.invoices(run.slug()).await?;
        headers.retain(|invoice| invoice.status == InvoiceStatus::Open);
        Ok(headers)
    }
}

/// Reads the lines of the preview until two readings agree, because DigitalOcean may rewrite it in
/// between.
async fn items(
    client: &Client,
    preview: &InvoicePreview,
) -> Result<Vec<(domain::billing::Charge, domain::billing::ItemId)>, Error> {
    let items = client.billing().invoice_items(PREVIEW).confirmed().collect_all_as(from_digitalocean::charge).await;
    match items {
        Ok(listing) => Ok(listing.items),
        // A month without usage has no items.
        Err(error) if error.is_not_found() && preview.amount.is_zero() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Converts a 404 from DigitalOcean to `None`.
pub(crate) fn none_if_not_found<T>(response: Result<T, digitalocean::Error>) -> Result<Option<T>, digitalocean::Error> {
    match response {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
