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
use super::{DraftLines, InvoiceCommitted, InvoiceWrite, head};
use crate::rows::{number, text, to_item};
use crate::writes::Written;
use crate::{Error, Table, keys};

/// Lines to take the place of an invoice's.
#[derive(Debug, Clone)]
pub struct Replacement<'a> {
    /// SHA-256 of what the set will say, in hex: the very same says nothing new.
    pub content_hash: &'a str,
    /// The lines.
    pub lines: &'a DraftLines,
    /// What was found of them.
    pub counts: MatchCounts,
    /// Whether their sums agree.
    pub tie_out: &'a TieOut,
    /// Now.
    pub at: DateTime<Utc>,
}

/// How a replacement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// The lines are shown; the invoice as it now is.
    Written(Box<Invoice>),
    /// The invoice shows lines of that content already; the invoice as it now is.
    Unchanged(Box<Invoice>),
    /// Somebody else wrote the invoice since it was read; here it is as it is, to decide on anew.
    Stale(Option<Box<Invoice>>),
}

/// Why a replacement does not go on.
pub(super) enum Halt {
    /// The invoice is not as it was when it was read; here it is as it is.
    Stale(Option<Box<Invoice>>),
    /// The table cannot be read or written.
    Failed(Error),
}

impl Halt {
    /// How the replacement ended by it.
    pub(super) fn ended(self) -> Result<Replaced, Error> {
        match self {
            Self::Stale(current) => Ok(Replaced::Stale(current)),
            Self::Failed(error) => Err(error),
        }
    }
}

impl From<Error> for Halt {
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
    pub async fn replace_lines(&self, invoice: &Invoice, new: &Replacement<'_>) -> Result<Replaced, Error> {
        self.replace(invoice, new, None).await
    }

    pub(super) async fn replace(
        &self,
        invoice: &Invoice,
        new: &Replacement<'_>,
        preview: Option<&Invoice>,
    ) -> Result<Replaced, Error> {
        let shows = invoice.lines.as_ref().is_some_and(|set| set.content_hash == new.content_hash);
        let done = async {
            let shown = if shows {
                self.advance(invoice, head::settled(invoice)).await?
            } else {
                self.show(invoice, new, preview).await?
            };
            self.retire(shown, new.at).await
        };
        match done.await {
            Ok(invoice) if shows => Ok(Replaced::Unchanged(Box::new(invoice))),
            Ok(invoice) => Ok(Replaced::Written(Box::new(invoice))),
            Err(halt) => halt.ended(),
        }
    }

    /// Names the draft, writes it, and shows it.
    async fn show(&self, invoice: &Invoice, new: &Replacement<'_>, preview: Option<&Invoice>) -> Result<Invoice, Halt> {
        let (begun, revision) = head::begun(invoice, &new.lines.digest());
        let goes_on = begun.draft == invoice.draft;
        let begun = self.advance(invoice, begun).await?;
        let there = if goes_on { self.pages_there(&begun, revision).await? } else { 0 };
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
        let shown = head::shown(&begun, set);
        match preview {
            Some(preview) => self.succeed(&begun, shown, preview, new.at).await,
            None => self.advance(&begun, shown).await,
        }
    }

    /// Writes the head as it should be next, at the version after; nothing where it is so already.
    pub(super) async fn advance(&self, current: &Invoice, next: Invoice) -> Result<Invoice, Halt> {
        if next == *current {
            return Ok(next);
        }
        let invoice = Invoice { version: current.version + 1, ..next };
        let write = InvoiceWrite { before: Some(current.version), invoice };
        match self.commit_invoice(&write).await? {
            InvoiceCommitted::Written => Ok(write.invoice),
            InvoiceCommitted::Conflict(current) => Err(Halt::Stale(current)),
        }
    }

    /// Writes a page of the draft, unless it is there.
    async fn write_page(&self, invoice: &Invoice, revision: u64, page: u32, item: &LinesItem) -> Result<(), Halt> {
        let Invoice { account, period, uuid, .. } = invoice;
        let key = keys::lines(account, uuid, revision, page);
        let put = Put::builder().table_name(&self.name).set_item(Some(to_item("page of lines", item, &key)?));
        let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(Error::from)?;
        let head = keys::invoice(account, *period, uuid);
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .key(keys::PK, text(head.pk))
            .key(keys::SK, text(head.sk))
            .condition_expression("#draft.#revision = :revision")
            .expression_attribute_names("#draft", "draft")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":revision", number(revision))
            .build()
            .map_err(Error::from)?;
        let items = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().condition_check(check).build(),
        ];
        match self.transact(items, &key).await? {
            Written::Yes => Ok(()),
            // A page that is there is the same: the draft's digest is that of all its lines.
            Written::Refused(_) if self.get(&key, true).await?.is_some() => Ok(()),
            Written::Refused(_) => Err(Halt::Stale(self.invoice(account, *period, uuid).await?.map(Box::new))),
        }
    }
}
