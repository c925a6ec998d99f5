//! The replacement of a month's preview by its invoice, in one transaction: readers see the month
//! neither twice nor not at all.

use chrono::{DateTime, Utc};
use domain::billing::Invoice;

use super::publish_revision::{Abort, NewRevision, PublishOutcome};
use super::{InvoiceWrite, invoice_header};
use crate::keys;
use crate::writes::CommitOutcome;
use crate::{Error, Table};

impl Table {
    /// Publishes these lines as [`Table::publish_revision`] does, and deletes the preview of the
    /// month in the same transaction. The invoice keeps the preview's amount. If the lines are
    /// published already, a preview that is still there is deleted with [`Table::delete_preview`].
    ///
    /// # Errors
    /// Fails as [`Table::publish_revision`] does. [`PublishOutcome::Stale`] also means that another
    /// client changed the preview after it was read.
    pub async fn promote_preview(
        &self,
        preview: &Invoice,
        invoice: &Invoice,
        new: &NewRevision<'_>,
    ) -> Result<PublishOutcome, Error> {
        self.publish(invoice, new, Some(preview)).await
    }

    /// Deletes the preview of a month whose invoice is shown. Returns false if another client
    /// changed the preview after it was read.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written. Repeating the call completes the work.
    pub async fn delete_preview(&self, preview: &Invoice, now: DateTime<Utc>) -> Result<bool, Error> {
        let preview = match self.expire_preview_lines(preview, now).await {
            Ok(preview) => preview,
            Err(Abort::Stale(current)) => return Ok(current.is_none()),
            Err(Abort::Failed(error)) => return Err(error),
        };
        let key = keys::invoice(&preview.account, preview.period, &preview.uuid);
        Ok(self.transact(vec![self.delete_at(&key, Some(preview.version))?], &key).await?.is_applied())
    }

    /// Publishes the staged revision of an invoice and deletes the preview of its month in one
    /// transaction.
    pub(super) async fn publish_and_delete_preview(
        &self,
        staged: &Invoice,
        published: Invoice,
        preview: &Invoice,
        now: DateTime<Utc>,
    ) -> Result<Invoice, Abort> {
        let preview = self.expire_preview_lines(preview, now).await?;
        let invoice = Invoice { preview_amount: Some(preview.amount), version: staged.version + 1, ..published };
        let key = keys::invoice(&invoice.account, invoice.period, &invoice.uuid);
        let write = InvoiceWrite { before: Some(staged.version), invoice };
        let former = keys::invoice(&preview.account, preview.period, &preview.uuid);
        let delete = self.delete_at(&former, Some(preview.version))?;
        match self.commit("invoice", &write.invoice, &key, self.invoice_put(&write, &key)?, vec![delete]).await? {
            CommitOutcome::Written => Ok(write.invoice),
            CommitOutcome::Conflict(current) => Err(Abort::Stale(current)),
        }
    }

    /// Sets the expiry of every page of a preview, including staged revisions; afterwards no page
    /// can be added. The pages stay readable for one day, and the preview itself is shown only
    /// until the next write.
    async fn expire_preview_lines(&self, preview: &Invoice, now: DateTime<Utc>) -> Result<Invoice, Abort> {
        let preview = self.write_header(preview, invoice_header::unstaged(preview)).await?;
        for revision in
            preview.superseded_revisions.iter().copied().chain(preview.lines.as_ref().map(|set| set.revision))
        {
            self.expire_revision(&preview, revision, now).await?;
        }
        Ok(preview)
    }
}
