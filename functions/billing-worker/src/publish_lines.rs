//! Publishes the lines of an invoice.

use std::ops::ControlFlow;

use billing::LineTally;
use domain::ChangeCounts;
use domain::billing::{Invoice, InvoiceStatus, TieOut};
use sha2::{Digest, Sha256};
use store::{LineSetBuilder, NewRevision, PublishOutcome, retry_on_conflict};
use worker::AccountJob;

use crate::BillingWorker;
use crate::error::Error;
use crate::report::{JobReport, PublishedLines};

impl BillingWorker {
    /// Publishes these lines as the invoice's, in place of its previous lines and of the month's
    /// preview. Nothing is written if the same lines are already published.
    ///
    /// The lines are only published if the invoice's amount and its previous lines are still those
    /// that were read. Otherwise the error is [`Error::ConcurrentChange`], and the message starts
    /// again.
    pub(crate) async fn publish_lines(
        &self,
        run: &AccountJob<'_>,
        invoice: Invoice,
        lines: &LineSetBuilder,
        tally: LineTally,
        tie_out: &TieOut,
    ) -> Result<JobReport, Error> {
        let content_hash = content_hash(lines, tie_out)?;
        let at = self.services.clock.now();
        let new = NewRevision { content_hash: &content_hash, lines, counts: tally.counts, tie_out, at };
        let published = retry_on_conflict(invoice.clone(), async |current: Invoice| {
            let preview = self.preview_in_same_month(&current).await?;
            let published = self.services.table.publish_revision(&current, &new, preview.as_ref());
            let replaced = run.within_time(published).await??;
            let (published, updated) = match replaced {
                PublishOutcome::Written(published) => (published, 1),
                PublishOutcome::Unchanged(published) => (published, 0),
                PublishOutcome::Stale(Some(now)) if now.amount == invoice.amount && now.lines == invoice.lines => {
                    return Ok(ControlFlow::Continue(*now));
                }
                PublishOutcome::Stale(_) => return Err(Error::ConcurrentChange),
            };
            // A run that had not seen the invoice yet may have written a preview in the meantime.
            if let Some(preview) = self.preview_in_same_month(&published).await? {
                run.within_time(self.services.table.delete_preview(&preview, at)).await??;
            }
            let changes = ChangeCounts { updated, ..ChangeCounts::default() };
            let set = published.lines.ok_or(Error::ConcurrentChange)?;
            Ok(ControlFlow::Break(JobReport {
                items: tally.counts.lines,
                changes,
                lines: Some(PublishedLines { tally: tally.clone(), set }),
                ..JobReport::default()
            }))
        });
        published.await?.break_value().ok_or(Error::ConcurrentChange)
    }

    /// Returns the preview of the invoice's month, if there still is one.
    async fn preview_in_same_month(&self, invoice: &Invoice) -> Result<Option<Invoice>, Error> {
        if invoice.status == InvoiceStatus::Open {
            return Ok(None);
        }
        let of_month = self.services.table.invoices_in(&invoice.account, invoice.period).await?;
        Ok(of_month.into_iter().find(|other| other.status == InvoiceStatus::Open && other.uuid != invoice.uuid))
    }
}

/// Computes the SHA-256, in hex, of a set of lines: the lines with their owners, and the result of
/// the tie-out.
///
/// The hash does not cover the bytes of the CSV, because the set also depends on the JSON items,
/// the history and the inventory. An ingest and a rematch that arrive at the same set compute the
/// same hash, and nothing is written if the hash is already stored. So a rematch with an unchanged
/// inventory writes nothing. An ingest after a rematch neither undoes nor repeats it. An ingest of
/// an unchanged CSV writes new owners at once if the inventory has more resources than last time,
/// without a rematch.
fn content_hash(lines: &LineSetBuilder, tie_out: &TieOut) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(lines.digest());
    hash.update(b"\n");
    hash.update(serde_json::to_vec(tie_out)?);
    Ok(hex::encode(hash.finalize()))
}
