//! The replacement of a month's preview by its invoice, in one transaction: readers see the month
//! neither twice nor not at all.

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use chrono::{DateTime, Utc};
use domain::billing::Invoice;

use super::publish_revision::{Abort, NewRevision, PublishOutcome};
use super::{InvoiceWrite, invoice_header};
use crate::item::{number, text};
use crate::keys;
use crate::writes::ConditionalWrite;
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
        let Invoice { account, period, uuid, .. } = &preview;
        let delete = TransactWriteItem::builder().delete(self.invoice_delete(&preview)?).build();
        let written = self.transact(vec![delete], &keys::invoice(account, *period, uuid)).await?;
        Ok(matches!(written, ConditionalWrite::Applied))
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
        let items = vec![
            TransactWriteItem::builder().put(self.invoice_put(&write, &key)?).build(),
            TransactWriteItem::builder().delete(self.invoice_delete(&preview)?).build(),
        ];
        if let ConditionalWrite::Applied = self.transact(items, &key).await? {
            return Ok(write.invoice);
        }
        let Invoice { account, period, uuid, .. } = &write.invoice;
        match self.invoice(account, *period, uuid).await? {
            Some(current) if current == write.invoice => Ok(current),
            other => Err(Abort::Stale(other.map(Box::new))),
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

    fn invoice_delete(&self, invoice: &Invoice) -> Result<Delete, Error> {
        let key = keys::invoice(&invoice.account, invoice.period, &invoice.uuid);
        let delete = Delete::builder()
            .table_name(&self.name)
            .key(keys::PK, text(key.pk))
            .key(keys::SK, text(key.sk))
            // A preview that is gone already is in the desired state.
            .condition_expression("attribute_not_exists(pk) OR version = :version")
            .expression_attribute_values(":version", number(invoice.version));
        Ok(delete.build()?)
    }
}
