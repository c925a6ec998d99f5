//! How the lines of an invoice are replaced: written beside those of before, then shown all at once.
//!
//! Four steps, each of which the invoice's head remembers, so that whoever comes after a crash goes on where it was: the head names a
//! draft; the draft's pages are written; the head shows them in one conditional write; and the set of before is given its end. A page is
//! written only while the head names its draft, and a draft's revision is a version of the head, which never comes again. So no set is of
//! two minds, and no page is left that the head does not know of.

use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use chrono::{DateTime, Utc};
use domain::billing::{Invoice, LineSet, MatchCounts, TieOut};

use super::lines::LinesItem;
use super::{InvoiceCommitOutcome, InvoiceWrite, LineSetBuilder, invoice_header};
use crate::item::{number, text, to_item};
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

/// Lines to take the place of an invoice's.
#[derive(Debug, Clone)]
pub struct NewRevision<'a> {
    /// SHA-256 of what the set will say, in hex: the very same says nothing new.
    pub content_hash: &'a str,
    /// The lines.
    pub lines: &'a LineSetBuilder,
    /// What was found of them.
    pub counts: MatchCounts,
    /// Whether their sums agree.
    pub tie_out: &'a TieOut,
    /// Now.
    pub at: DateTime<Utc>,
}

/// How a replacement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishOutcome {
    /// The lines are shown; the invoice as it now is.
    Written(Box<Invoice>),
    /// The invoice shows lines of that content already; the invoice as it now is.
    Unchanged(Box<Invoice>),
    /// Somebody else wrote the invoice since it was read; here it is as it is, to decide on anew.
    Stale(Option<Box<Invoice>>),
}

/// Why a replacement does not go on.
pub(super) enum Abort {
    /// The invoice is not as it was when it was read; here it is as it is.
    Stale(Option<Box<Invoice>>),
    /// The table cannot be read or written.
    Failed(Error),
}

impl Abort {
    /// How the replacement ended by it.
    pub(super) fn into_outcome(self) -> Result<PublishOutcome, Error> {
        match self {
            Self::Stale(current) => Ok(PublishOutcome::Stale(current)),
            Self::Failed(error) => Err(error),
        }
    }
}

impl From<Error> for Abort {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Table {
    /// Lets an invoice show these lines instead of those it shows. Readers see the ones or the others, never some of both. Lines of the
    /// content that is shown already are not written.
    ///
    /// # Errors
    /// When the table cannot be read or written. Readers then see either; doing it again, from the invoice as it is, goes on where it was.
    pub async fn publish_revision(&self, invoice: &Invoice, new: &NewRevision<'_>) -> Result<PublishOutcome, Error> {
        self.publish(invoice, new, None).await
    }

    pub(super) async fn publish(
        &self,
        invoice: &Invoice,
        new: &NewRevision<'_>,
        preview: Option<&Invoice>,
    ) -> Result<PublishOutcome, Error> {
        let shows = invoice.lines.as_ref().is_some_and(|set| set.content_hash == new.content_hash);
        let done = async {
            let shown = if shows {
                self.write_header(invoice, invoice_header::unchanged(invoice)).await?
            } else {
                self.stage_and_publish(invoice, new, preview).await?
            };
            self.expire_superseded(shown, new.at).await
        };
        match done.await {
            Ok(invoice) if shows => Ok(PublishOutcome::Unchanged(Box::new(invoice))),
            Ok(invoice) => Ok(PublishOutcome::Written(Box::new(invoice))),
            Err(abort) => abort.into_outcome(),
        }
    }

    /// Names the draft, writes it, and shows it.
    async fn stage_and_publish(
        &self,
        invoice: &Invoice,
        new: &NewRevision<'_>,
        preview: Option<&Invoice>,
    ) -> Result<Invoice, Abort> {
        let (begun, revision) = invoice_header::staged(invoice, &new.lines.digest());
        let goes_on = begun.staged_revision == invoice.staged_revision;
        let begun = self.write_header(invoice, begun).await?;
        let there = if goes_on { self.pages_written(&begun, revision).await? } else { 0 };
        let mut rest = new.lines.pages(there).zip(there..).peekable();
        while let Some((lines, page)) = rest.next() {
            let item = LinesItem { lines: lines?, last: rest.peek().is_none() };
            self.write_page(&begun, revision, page, &item).await?;
        }
        let set = LineSet {
            revision,
            content_hash: new.content_hash.to_owned(),
            counts: new.counts,
            tie_out: new.tie_out.clone(),
            ingested_at: new.at,
        };
        let shown = invoice_header::published(&begun, set);
        match preview {
            Some(preview) => self.publish_and_delete_preview(&begun, shown, preview, new.at).await,
            None => self.write_header(&begun, shown).await,
        }
    }

    /// Writes the head as it should be next, at the version after; nothing where it is so already.
    pub(super) async fn write_header(&self, current: &Invoice, next: Invoice) -> Result<Invoice, Abort> {
        if next == *current {
            return Ok(next);
        }
        let invoice = Invoice { version: current.version + 1, ..next };
        let write = InvoiceWrite { before: Some(current.version), invoice };
        match self.commit_invoice(&write).await? {
            InvoiceCommitOutcome::Written => Ok(write.invoice),
            InvoiceCommitOutcome::Conflict(current) => Err(Abort::Stale(current)),
        }
    }

    /// Writes a page of the draft, unless it is there.
    async fn write_page(&self, invoice: &Invoice, revision: u64, page: u32, item: &LinesItem) -> Result<(), Abort> {
        let Invoice { account, period, uuid, .. } = invoice;
        let key = keys::lines(account, uuid, revision, page);
        let put = Put::builder().table_name(&self.name).set_item(Some(to_item("page of lines", item, &key)?));
        let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(Error::from)?;
        let head = keys::invoice(account, *period, uuid);
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .key(keys::PK, text(head.pk))
            .key(keys::SK, text(head.sk))
            .condition_expression("#staged_revision.#revision = :revision")
            .expression_attribute_names("#staged_revision", "staged_revision")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":revision", number(revision))
            .build()
            .map_err(Error::from)?;
        let items = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().condition_check(check).build(),
        ];
        match self.transact(items, &key).await? {
            ConditionalWrite::Applied => Ok(()),
            // A page that is there is the same: the draft's digest is that of all its lines.
            ConditionalWrite::ConditionFailed(_) if self.get(&key, true).await?.is_some() => Ok(()),
            ConditionalWrite::ConditionFailed(_) => {
                Err(Abort::Stale(self.invoice(account, *period, uuid).await?.map(Box::new)))
            }
        }
    }
}
