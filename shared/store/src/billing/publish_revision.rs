//! The publication of a new set of invoice lines: the pages are written beside the old ones and
//! then shown all at once.
//!
//! The invoice header records each of four steps, so that a later run can resume after a crash: the
//! header names a staged revision; its pages are written; the header shows them in one conditional
//! write; and the previous set receives an expiry. A page is written only while the header names
//! its staged revision, and a revision number is a version of the header, which is never reused.
//! Therefore no set mixes two contents, and no page exists that the header does not lead to.

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use chrono::{DateTime, Utc};
use domain::billing::{Invoice, LineSet, MatchCounts, TieOut};

use super::lines::LinesItem;
use super::{InvoiceWrite, LineSetBuilder, invoice_header};
use crate::item::{key_item, number, to_item};
use crate::writes::{CommitOutcome, ConditionalWrite, part};
use crate::{Error, Table, keys};

/// A set of lines that replaces the lines of an invoice.
#[derive(Debug, Clone)]
pub struct NewRevision<'a> {
    /// SHA-256 of the set's content (lines, their owners and the tie-out), in hex. Content with an
    /// equal hash is not written again.
    pub content_hash: &'a str,
    /// The lines, divided into the pages to write.
    pub lines: &'a LineSetBuilder,
    /// The number of lines with and without an owner.
    pub counts: MatchCounts,
    /// The tie-out: the comparison of the invoice's total where DigitalOcean states it.
    pub tie_out: &'a TieOut,
    /// The current time: when the set counts as ingested and its predecessor's expiry begins.
    pub at: DateTime<Utc>,
}

/// The outcome of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishOutcome {
    /// The lines are published; the current invoice header.
    Written(Box<Invoice>),
    /// The invoice shows lines with this content already; the current invoice header.
    Unchanged(Box<Invoice>),
    /// Another client changed the invoice after it was read; the current header, to decide again
    /// from, `None` if it was deleted.
    Stale(Option<Box<Invoice>>),
}

/// The reason why a publication stopped.
pub(super) enum Abort {
    /// The invoice has changed since it was read; its current header.
    Stale(Option<Box<Invoice>>),
    /// A read or a write of the table failed.
    Failed(Error),
}

impl From<Error> for Abort {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Table {
    /// Replaces the lines that an invoice shows. Readers see either the old set or the new one,
    /// never a mixture. Nothing is written if the invoice shows lines with this content already.
    ///
    /// A preview of the same month is deleted in the transaction that shows the lines, so that
    /// readers see the month neither twice nor not at all, and the invoice keeps its amount. If the
    /// lines are shown already, [`Table::delete_preview`] deletes one that is still there.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written. Readers then see either set; repeating the
    /// call with the current invoice resumes at the interrupted step. [`PublishOutcome::Stale`]
    /// also means that another client changed the preview after it was read.
    pub async fn publish_revision(
        &self,
        invoice: &Invoice,
        new: &NewRevision<'_>,
        preview: Option<&Invoice>,
    ) -> Result<PublishOutcome, Error> {
        let is_shown = invoice.lines.as_ref().is_some_and(|set| set.content_hash == new.content_hash);
        let done = async {
            let current = if is_shown {
                self.write_header(invoice, invoice_header::unchanged(invoice), Vec::new()).await?
            } else {
                self.stage_and_publish(invoice, new, preview).await?
            };
            self.expire_superseded(current, new.at).await
        };
        match done.await {
            Ok(invoice) if is_shown => Ok(PublishOutcome::Unchanged(Box::new(invoice))),
            Ok(invoice) => Ok(PublishOutcome::Written(Box::new(invoice))),
            Err(Abort::Stale(current)) => Ok(PublishOutcome::Stale(current)),
            Err(Abort::Failed(error)) => Err(error),
        }
    }

    /// Stages a revision, writes its pages, and publishes it.
    async fn stage_and_publish(
        &self,
        invoice: &Invoice,
        new: &NewRevision<'_>,
        preview: Option<&Invoice>,
    ) -> Result<Invoice, Abort> {
        let (staged, revision) = invoice_header::staged(invoice, &new.lines.digest());
        let is_resumed = staged.staged_revision == invoice.staged_revision;
        let staged = self.write_header(invoice, staged, Vec::new()).await?;
        let written_pages = if is_resumed { self.pages_written(&staged, revision).await? } else { 0 };
        let mut missing_pages = new.lines.pages(written_pages).zip(written_pages..).peekable();
        while let Some((lines, page)) = missing_pages.next() {
            let item = LinesItem { lines: lines?, last: missing_pages.peek().is_none() };
            self.write_page(&staged, revision, page, &item).await?;
        }
        let set = LineSet {
            revision,
            content_hash: new.content_hash.to_owned(),
            counts: new.counts,
            tie_out: new.tie_out.clone(),
            ingested_at: new.at,
        };
        let published = invoice_header::published(&staged, set);
        let Some(preview) = preview else { return self.write_header(&staged, published, Vec::new()).await };
        let published = Invoice { preview_amount: Some(preview.amount), ..published };
        self.write_header(&staged, published, vec![self.preview_delete(preview, new.at).await?]).await
    }

    /// Writes the next header at the following version, with the other items in the same
    /// transaction, or nothing if the header is the same already.
    pub(super) async fn write_header(
        &self,
        current: &Invoice,
        next: Invoice,
        others: Vec<TransactWriteItem>,
    ) -> Result<Invoice, Abort> {
        if next == *current {
            return Ok(next);
        }
        let invoice = Invoice { version: current.version + 1, ..next };
        let write = InvoiceWrite { before: Some(current.version), invoice };
        match self.commit_invoice_with(&write, others).await? {
            CommitOutcome::Written => Ok(write.invoice),
            CommitOutcome::Conflict(current) => Err(Abort::Stale(current)),
        }
    }

    /// Writes a page of the staged revision, unless it exists.
    async fn write_page(&self, invoice: &Invoice, revision: u64, page: u32, item: &LinesItem) -> Result<(), Abort> {
        let Invoice { account, period, uuid, .. } = invoice;
        let key = keys::lines(account, uuid, revision, page);
        let put = self.put_at(to_item("page of lines", item, &key)?, None)?;
        let header = keys::invoice(account, *period, uuid);
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key_item(&header)))
            .condition_expression("#staged_revision.#revision = :revision")
            .expression_attribute_names("#staged_revision", "staged_revision")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":revision", number(revision))
            .build()
            .map_err(Error::from)?;
        let items = vec![part(put), TransactWriteItem::builder().condition_check(check).build()];
        match self.transact(items, &key).await? {
            ConditionalWrite::Applied(()) => Ok(()),
            // An existing page has the same content, since the digest of a staged revision covers
            // all its lines.
            ConditionalWrite::ConditionFailed { .. } if self.get(&key).await?.is_some() => Ok(()),
            ConditionalWrite::ConditionFailed { .. } => {
                Err(Abort::Stale(self.invoice(account, *period, uuid).await?.map(Box::new)))
            }
        }
    }
}
