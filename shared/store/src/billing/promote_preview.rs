//! How the preview of a month gives way to the month's invoice: in one write, so that no reader finds the month twice, or not at all.

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
    /// Lets an invoice show these lines as [`Table::publish_revision`] does, and takes the preview of its month away in the very write that shows
    /// them. The invoice keeps what the preview came to. Whose lines are shown already may find its preview gone later: it is
    /// [`Table::delete_preview`] that takes away what is left.
    ///
    /// # Errors
    /// As [`Table::publish_revision`]; [`PublishOutcome::Stale`] also where somebody else wrote the preview since it was read.
    pub async fn promote_preview(
        &self,
        preview: &Invoice,
        invoice: &Invoice,
        new: &NewRevision<'_>,
    ) -> Result<PublishOutcome, Error> {
        self.publish(invoice, new, Some(preview)).await
    }

    /// Takes away the preview of a month whose invoice is shown. False where somebody else wrote it since it was read.
    ///
    /// # Errors
    /// When the table cannot be read or written; doing it again makes it right.
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

    /// Shows the draft of an invoice and takes the preview of its month away.
    pub(super) async fn publish_and_delete_preview(
        &self,
        begun: &Invoice,
        shown: Invoice,
        preview: &Invoice,
        now: DateTime<Utc>,
    ) -> Result<Invoice, Abort> {
        let preview = self.expire_preview_lines(preview, now).await?;
        let invoice = Invoice { preview_amount: Some(preview.amount), version: begun.version + 1, ..shown };
        let key = keys::invoice(&invoice.account, invoice.period, &invoice.uuid);
        let write = InvoiceWrite { before: Some(begun.version), invoice };
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

    /// Gives every page of a preview its end, those of drafts too; none can be added after that. Who reads them has a day, and it is shown for
    /// no longer than until the next write.
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
            // One that is gone already is as it should be.
            .condition_expression("attribute_not_exists(pk) OR version = :version")
            .expression_attribute_values(":version", number(invoice.version));
        Ok(delete.build()?)
    }
}
