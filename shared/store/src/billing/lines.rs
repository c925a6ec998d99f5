//! The lines of an invoice as readers see them: of one set, from its first page to its last.

use domain::billing::{CostLine, Invoice};
use serde::{Deserialize, Serialize};

use super::line_set_builder::PAGE_LINES;
use crate::item::{from_item, text, text_of};
use crate::{Error, Table, keys};

/// Items looked through at a time for lines that are wanted. DynamoDB ends an answer at 1 MB, which is about as many.
const FILTER_READ_ITEMS: usize = 20;

/// Some lines of a set, as one item holds them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LinesItem {
    /// The lines.
    pub(super) lines: Vec<CostLine>,
    /// Whether the set ends with them: a page that is missing is not taken for the end.
    pub(super) last: bool,
}

/// Where a page of lines ended. It is a position in one set only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePosition {
    /// The set.
    pub revision: u64,
    /// The item, from 0.
    pub page: u32,
    /// How many lines of the item were read.
    pub offset: usize,
}

/// Some lines of an invoice in their order, and where to go on; `next` is absent at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePage {
    /// The lines.
    pub lines: Vec<CostLine>,
    /// Where the next page begins.
    pub next: Option<LinePosition>,
}

impl Table {
    /// Lines of the set that `invoice` shows: at most `limit`, maybe fewer and still with a next page. `None` when `from` is a position in
    /// another set, so that what was read before it is no longer the beginning of what would follow.
    ///
    /// An `invoice` that was read before its lines were replaced still leads to the lines of then, for a day.
    ///
    /// # Errors
    /// When the table cannot be read, or a page of the set is not there: never a part that looks whole.
    pub async fn lines(
        &self,
        invoice: &Invoice,
        from: Option<LinePosition>,
        limit: usize,
    ) -> Result<Option<LinePage>, Error> {
        // One more, for the first may be read in part.
        let pages = limit.max(1).div_ceil(PAGE_LINES) + 1;
        self.lines_from_items(invoice, from, limit, pages, |_| true).await
    }

    /// The same of those lines only that are `wanted`: one answer of DynamoDB's is looked through, so that a page may be empty and still have
    /// a next one.
    ///
    /// # Errors
    /// As [`Table::lines`].
    pub async fn filtered_lines(
        &self,
        invoice: &Invoice,
        from: Option<LinePosition>,
        limit: usize,
        wanted: impl Fn(&CostLine) -> bool + Send,
    ) -> Result<Option<LinePage>, Error> {
        self.lines_from_items(invoice, from, limit, FILTER_READ_ITEMS, wanted).await
    }

    /// The lines that are wanted, of at most so many items.
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
