//! Reads of an invoice's lines. A read returns lines of one revision only, from its first page to
//! its last.

use domain::billing::{CostLine, Invoice};
use serde::{Deserialize, Serialize};

use super::line_set_builder::PAGE_LINES;
use crate::item::{from_item, text, text_of};
use crate::{Error, Table, keys};

/// The number of items read at a time when lines are filtered. DynamoDB ends a response at 1 MB,
/// which is about as many.
const FILTER_READ_ITEMS: usize = 20;

/// One item of a line set: a page of its lines.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LinesItem {
    /// The page's lines, at most [`PAGE_LINES`], in their order on the invoice.
    pub(super) lines: Vec<CostLine>,
    /// True for the set's last page. The flag distinguishes the end of the set from a missing page.
    pub(super) last: bool,
}

/// The position at which a page of lines ended, valid within one revision only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePosition {
    /// The revision that the position belongs to.
    pub revision: u64,
    /// The number of the item within the set, from 0.
    pub page: u32,
    /// The number of lines of that item that were already read.
    pub offset: usize,
}

/// A page of an invoice's lines in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePage {
    /// The lines, fewer than the limit where a filter or DynamoDB's 1 MB limit ended the page.
    pub lines: Vec<CostLine>,
    /// The position of the next page; `None` at the end.
    pub next: Option<LinePosition>,
}

impl Table {
    /// Reads a page of the set that `invoice` shows: at most `limit` lines, possibly fewer although
    /// more pages follow. Returns `None` when `from` belongs to another revision, because the pages
    /// before it then show other lines.
    ///
    /// An `invoice` that was read before its lines were replaced still leads to the old lines for
    /// one day.
    ///
    /// # Errors
    /// Fails when the table cannot be read, or when a page of the set is missing: an incomplete set
    /// is never returned as a complete one.
    pub async fn lines(
        &self,
        invoice: &Invoice,
        from: Option<LinePosition>,
        limit: usize,
    ) -> Result<Option<LinePage>, Error> {
        // One page more, since the first one may already be partly read.
        let pages = limit.max(1).div_ceil(PAGE_LINES) + 1;
        self.lines_from_items(invoice, from, limit, pages, |_| true).await
    }

    /// Reads a page of the lines that satisfy `wanted`. Only one DynamoDB response is read, so a
    /// page may be empty although more pages follow.
    ///
    /// # Errors
    /// Fails as [`Table::lines`] does.
    pub async fn filtered_lines(
        &self,
        invoice: &Invoice,
        from: Option<LinePosition>,
        limit: usize,
        wanted: impl Fn(&CostLine) -> bool + Send,
    ) -> Result<Option<LinePage>, Error> {
        self.lines_from_items(invoice, from, limit, FILTER_READ_ITEMS, wanted).await
    }

    /// Returns the lines that satisfy `wanted`, out of at most `pages` items.
    async fn lines_from_items(
        &self,
        invoice: &Invoice,
        from: Option<LinePosition>,
        limit: usize,
        pages: usize,
        wanted: impl Fn(&CostLine) -> bool + Send,
    ) -> Result<Option<LinePage>, Error> {
        let revision = invoice.lines.as_ref().map(|set| set.revision);
        if from.is_some_and(|from| Some(from.revision) != revision) {
            return Ok(None);
        }
        let mut page = LinePage { lines: Vec::new(), next: None };
        let Some(revision) = revision else { return Ok(Some(page)) };
        let mut at = from.unwrap_or(LinePosition { revision, page: 0, offset: 0 });
        let limit = limit.max(1);
        let key = |page| keys::lines(&invoice.account, &invoice.uuid, revision, page);
        let answer = self
            .query(None, &key(0).pk, "")
            .key_condition_expression("#pk = :pk AND #sk >= :from")
            .expression_attribute_names("#sk", keys::SK)
            .expression_attribute_values(":from", text(key(at.page).sk))
            .consistent_read(true)
            .limit(i32::try_from(pages).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let mut missing = true;
        for item in answer.items.unwrap_or_default() {
            missing = text_of(&item, keys::SK) != Some(key(at.page).sk.as_str());
            if missing {
                break;
            }
            let LinesItem { lines, last } = from_item("page of lines", item)?;
            let all = lines.len();
            for line in lines.into_iter().skip(at.offset) {
                if page.lines.len() == limit {
                    break;
                }
                at.offset += 1;
                if wanted(&line) {
                    page.lines.push(line);
                }
            }
            if at.offset >= all {
                if last {
                    return Ok(Some(page));
                }
                at = LinePosition { page: at.page + 1, offset: 0, ..at };
            }
            if page.lines.len() == limit {
                break;
            }
        }
        if missing {
            return Err(Error::Missing { key: key(at.page).to_string() });
        }
        page.next = Some(at);
        Ok(Some(page))
    }
}
