//! How the preview of a month gives way to the month's invoice: in one write, so that no reader finds the month twice, or not at all.

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use chrono::{DateTime, Utc};
use domain::billing::Invoice;

use super::replacement::{Halt, Replaced, Replacement};
use super::{InvoiceWrite, head};
use crate::keys;
use crate::rows::{number, text};
use crate::writes::Written;
use crate::{Error, Table};

impl Table {
    /// Lets an invoice show these lines as [`Table::replace_lines`] does, and takes the preview of its month away in the very write that shows
    /// them. The invoice keeps what the preview came to. Whose lines are shown already may find its preview gone later: it is
    /// [`Table::end_preview`] that takes away what is left.
    ///
    /// # Errors
    /// As [`Table::replace_lines`]; [`Replaced::Stale`] also where somebody else wrote the preview since it was read.
    pub async fn replace_preview(
        &self,
        preview: &Invoice,
        invoice: &Invoice,
        new: &Replacement<'_>,
    ) -> Result<Replaced, Error> {
        self.replace(invoice, new, Some(preview)).await
    }

    /// Takes away the preview of a month whose invoice is shown. False where somebody else wrote it since it was read.
    ///
    /// # Errors
    /// When the table cannot be read or written; doing it again makes it right.
    pub async fn end_preview(&self, preview: &Invoice, now: DateTime<Utc>) -> Result<bool, Error> {
        let preview = match self.end_lines(preview, now).await {
            Ok(preview) => preview,
            Err(Halt::Stale(current)) => return Ok(current.is_none()),
            Err(Halt::Failed(error)) => return Err(error),
        };
        let Invoice { account, period, uuid, .. } = &preview;
        let delete = TransactWriteItem::builder().delete(self.invoice_delete(&preview)?).build();
        let written = self.transact(vec![delete], &keys::invoice(account, *period, uuid)).await?;
        Ok(matches!(written, Written::Yes))
    }

    /// Shows the draft of an invoice and takes the preview of its month away.
    pub(super) async fn succeed(
        &self,
        begun: &Invoice,
        shown: Invoice,
        preview: &Invoice,
        now: DateTime<Utc>,
    ) -> Result<Invoice, Halt> {
        let preview = self.end_lines(preview, now).await?;
        let invoice = Invoice { previewed: Some(preview.amount), version: begun.version + 1, ..shown };
        let key = keys::invoice(&invoice.account, invoice.period, &invoice.uuid);
        let write = InvoiceWrite { before: Some(begun.version), invoice };
        let items = vec![
            TransactWriteItem::builder().put(self.invoice_put(&write, &key)?).build(),
            TransactWriteItem::builder().delete(self.invoice_delete(&preview)?).build(),
        ];
        if let Written::Yes = self.transact(items, &key).await? {
            return Ok(write.invoice);
        }
        let Invoice { account, period, uuid, .. } = &write.invoice;
        match self.invoice(account, *period, uuid).await? {
            Some(current) if current == write.invoice => Ok(current),
            other => Err(Halt::Stale(other.map(Box::new))),
        }
    }

    /// Gives every page of a preview its end, those of drafts too; none can be added after that. Who reads them has a day, and it is shown for
    /// no longer than until the next write.
    async fn end_lines(&self, preview: &Invoice, now: DateTime<Utc>) -> Result<Invoice, Halt> {
        let preview = self.advance(preview, head::without_draft(preview)).await?;
        for revision in preview.retired.iter().copied().chain(preview.lines.as_ref().map(|set| set.revision)) {
            self.end_set(&preview, revision, now).await?;
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
