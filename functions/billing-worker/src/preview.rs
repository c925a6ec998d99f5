//! The running month, whose invoice DigitalOcean writes anew every day.

use billing::{Sums, Tally, settle, tie_out};
use digitalocean::billing::PREVIEW;
use digitalocean::{Client, InvoicePreview};
use domain::Money;
use domain::billing::{Invoice, InvoiceStatus, Period};
use store::{InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder};

use crate::BillingWorker;
use crate::converted;
use crate::handler::Run;
use crate::heads::{Listed, head};
use crate::report::Done;
use crate::trouble::Trouble;

/// So many of the newest heads hold every preview: there is one, and for a moment that of the month before.
const NEWEST: usize = 24;

impl BillingWorker {
    /// Reads the running month's invoice so far: of its JSON items, for nothing says that it has a CSV.
    pub(crate) async fn preview(&self, client: &Client, run: &Run<'_>) -> Result<Done, Trouble> {
        let Some(preview) = client.billing().invoice_preview().await? else {
            return Ok(Done::dropped("DigitalOcean has no preview"));
        };
        let period = Period::new(&preview.invoice_period)?;
        let of_month = self.table.invoices_in(run.slug(), period).await?;
        if of_month.iter().any(|invoice| invoice.status != InvoiceStatus::Open) {
            self.end_previews(run).await?;
            return Ok(Done::dropped("the month is billed"));
        }
        let items = items(client, &preview).await?;
        let summary = client.billing().invoice_summary(PREVIEW).await;
        let summary = told(summary)?.as_ref().map(converted::summary);
        let invoice = self.open(run, period, preview, of_month.into_iter().next()).await?;
        let inventory = self.inventory(run).await?;
        let (mut lines, mut tally) = (LineSetBuilder::default(), Tally::default());
        for ((charge, ids), line) in items.into_iter().zip(1..) {
            let line = settle(line, charge, ids, period, &inventory);
            tally.add(&line);
            lines.push(&line)?;
        }
        let sum = tally.sum;
        let amount = invoice.amount.amount;
        let tie_out = tie_out(&Sums { lines: sum, items: Some(sum), summary, invoice: Some(amount), history: None });
        let done = self.show(run, invoice, &lines, tally, &tie_out).await?;
        self.end_previews(run).await?;
        Ok(done)
    }

    /// The head of the running month, written where it says something new. A preview keeps the id that it had first.
    async fn open(
        &self,
        run: &Run<'_>,
        period: Period,
        preview: InvoicePreview,
        current: Option<Invoice>,
    ) -> Result<Invoice, Trouble> {
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
                let listed = Listed { period, ..Listed::try_from(listed)? };
                let write = head(run.slug(), &listed, None).ok_or(Trouble::Overtaken)?;
                let invoice = Invoice { status: InvoiceStatus::Open, updated_at, ..write.invoice };
                InvoiceWrite { before: None, invoice }
            }
        };
        match self.table.commit_invoice(&write).await? {
            InvoiceCommitOutcome::Written => Ok(write.invoice),
            InvoiceCommitOutcome::Conflict(_) => Err(Trouble::Overtaken),
        }
    }

    /// Takes away the previews of months whose invoice is shown. Its invoice does that itself; this is for one that was written at the same time.
    async fn end_previews(&self, run: &Run<'_>) -> Result<(), Trouble> {
        for preview in self.open_heads(run).await? {
            let of_month = self.table.invoices_in(run.slug(), preview.period).await?;
            if of_month.iter().any(|invoice| invoice.status == InvoiceStatus::Ingested) {
                run.in_time(self.table.delete_preview(&preview, self.clock.now())).await?;
            }
        }
        Ok(())
    }

    /// The heads of previews, the newest first.
    pub(crate) async fn open_heads(&self, run: &Run<'_>) -> Result<Vec<Invoice>, store::Error> {
        let mut heads = self.table.invoices(run.slug(), None, NEWEST).await?.items;
        heads.retain(|invoice| invoice.status == InvoiceStatus::Open);
        Ok(heads)
    }
}

/// The lines of the preview. Read until two readings agree: it may be written anew meanwhile.
async fn items(
    client: &Client,
    preview: &InvoicePreview,
) -> Result<Vec<(domain::billing::Charge, domain::billing::ItemId)>, Trouble> {
    let items = client.billing().invoice_items(PREVIEW).confirmed().collect_all_as(converted::charge).await;
    match items {
        Ok(listing) => Ok(listing.items),
        // A month without any use, of which there is nothing to show.
        Err(error) if error.is_not_found() && preview.amount.is_zero() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// What DigitalOcean tells; `None` where it has nothing of the sort.
pub(crate) fn told<T>(answer: Result<T, digitalocean::Error>) -> Result<Option<T>, digitalocean::Error> {
    match answer {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
