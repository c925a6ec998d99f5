//! How what was found of an invoice comes to be shown.

use billing::LineTally;
use domain::ChangeCounts;
use domain::billing::{Invoice, InvoiceStatus, TieOut};
use store::{LineSetBuilder, NewRevision, PublishOutcome};

use crate::BillingWorker;
use crate::content_hash::content_hash;
use crate::error::Error;
use crate::handler::JobRun;
use crate::report::{JobReport, PublishedLines};

/// How often it is tried while others write to the same header.
const MAX_ATTEMPTS: u32 = 4;

impl BillingWorker {
    /// Lets an invoice show these lines, in the place of those of before and of its month's preview. Where it shows them already, nothing is
    /// written.
    ///
    /// It is shown only on what it was found from: where the amount or the lines are others by now, it is to be found anew.
    pub(crate) async fn publish_lines(
        &self,
        run: &JobRun<'_>,
        invoice: Invoice,
        lines: &LineSetBuilder,
        tally: LineTally,
        tie_out: &TieOut,
    ) -> Result<JobReport, Error> {
        let content_hash = content_hash(lines, tie_out)?;
        let at = self.clock.now();
        let new = NewRevision { content_hash: &content_hash, lines, counts: tally.counts, tie_out, at };
        let mut current = invoice.clone();
        for _ in 0..MAX_ATTEMPTS {
            let preview = self.preview_in_same_month(&current).await?;
            let replaced = match &preview {
                Some(preview) => run.within_deadline(self.table.promote_preview(preview, &current, &new)).await?,
                None => run.within_deadline(self.table.publish_revision(&current, &new)).await?,
            };
            let (shown, updated) = match replaced {
                PublishOutcome::Written(shown) => (shown, 1),
                PublishOutcome::Unchanged(shown) => (shown, 0),
                PublishOutcome::Stale(Some(now)) if now.amount == invoice.amount && now.lines == invoice.lines => {
                    current = *now;
                    continue;
                }
                PublishOutcome::Stale(_) => return Err(Error::ConcurrentChange),
            };
            // One that was written while this was shown, by a run that had not seen it yet.
            if let Some(preview) = self.preview_in_same_month(&shown).await? {
                run.within_deadline(self.table.delete_preview(&preview, at)).await?;
            }
            let changes = ChangeCounts { updated, ..ChangeCounts::default() };
            let set = shown.lines.ok_or(Error::ConcurrentChange)?;
            return Ok(JobReport {
                items: tally.counts.lines,
                changes,
                lines: Some(PublishedLines { tally, set }),
                ..JobReport::default()
            });
        }
        Err(Error::ConcurrentChange)
    }

    /// The preview of an invoice's month, where there still is one.
    async fn preview_in_same_month(&self, invoice: &Invoice) -> Result<Option<Invoice>, Error> {
        if invoice.status == InvoiceStatus::Open {
            return Ok(None);
        }
        let of_month = self.table.invoices_in(&invoice.account, invoice.period).await?;
        Ok(of_month.into_iter().find(|other| other.status == InvoiceStatus::Open && other.uuid != invoice.uuid))
    }
}
