//! How what was found of an invoice comes to be shown.

use billing::Tally;
use domain::ChangeCounts;
use domain::billing::{Invoice, InvoiceStatus, TieOut};
use store::{LineSetBuilder, NewRevision, PublishOutcome};

use crate::BillingWorker;
use crate::content::content_hash;
use crate::handler::Run;
use crate::report::{Done, Lines};
use crate::trouble::Trouble;

/// How often it is tried while others write to the same head.
const TRIES: u32 = 4;

impl BillingWorker {
    /// Lets an invoice show these lines, in the place of those of before and of its month's preview. Where it shows them already, nothing is
    /// written.
    ///
    /// It is shown only on what it was found from: where the amount or the lines are others by now, it is to be found anew.
    pub(crate) async fn show(
        &self,
        run: &Run<'_>,
        invoice: Invoice,
        lines: &LineSetBuilder,
        tally: Tally,
        tie_out: &TieOut,
    ) -> Result<Done, Trouble> {
        let content_hash = content_hash(lines, tie_out)?;
        let at = self.clock.now();
        let new = NewRevision { content_hash: &content_hash, lines, counts: tally.counts, tie_out, at };
        let mut current = invoice.clone();
        for _ in 0..TRIES {
            let preview = self.preview_beside(&current).await?;
            let replaced = match &preview {
                Some(preview) => run.in_time(self.table.promote_preview(preview, &current, &new)).await?,
                None => run.in_time(self.table.publish_revision(&current, &new)).await?,
            };
            let (shown, updated) = match replaced {
                PublishOutcome::Written(shown) => (shown, 1),
                PublishOutcome::Unchanged(shown) => (shown, 0),
                PublishOutcome::Stale(Some(now)) if now.amount == invoice.amount && now.lines == invoice.lines => {
                    current = *now;
                    continue;
                }
                PublishOutcome::Stale(_) => return Err(Trouble::Overtaken),
            };
            // One that was written while this was shown, by a run that had not seen it yet.
            if let Some(preview) = self.preview_beside(&shown).await? {
                run.in_time(self.table.delete_preview(&preview, at)).await?;
            }
            let changes = ChangeCounts { updated, ..ChangeCounts::default() };
            let set = shown.lines.ok_or(Trouble::Overtaken)?;
            return Ok(Done {
                items: tally.counts.lines,
                changes,
                lines: Some(Lines { tally, set }),
                ..Done::default()
            });
        }
        Err(Trouble::Overtaken)
    }

    /// The preview of an invoice's month, where there still is one.
    async fn preview_beside(&self, invoice: &Invoice) -> Result<Option<Invoice>, Trouble> {
        if invoice.status == InvoiceStatus::Open {
            return Ok(None);
        }
        let of_month = self.table.invoices_in(&invoice.account, invoice.period).await?;
        Ok(of_month.into_iter().find(|other| other.status == InvoiceStatus::Open && other.uuid != invoice.uuid))
    }
}
