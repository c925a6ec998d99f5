//! Reads of an invoice's lines. A read returns lines of one revision only, from its first page to
//! its last.

use domain::billing::{CostLine, Invoice};
use serde::{Deserialize, Serialize};

use super::line_set_builder::PAGE_LINES;
use crate::item::{from_item, text_of};
use crate::paging::{LARGE_READS_PER_PAGE, Slice, read_page};
use crate::range::Range;
use crate::{Cursor, Error, Page, Table, keys};

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

impl Table {
    /// Reads a page of the set that `invoice` shows. Returns `None` when `from` belongs to another
    /// revision, because the pages before it then show other lines.
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
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Page<CostLine>>, Error> {
        let found = self.lines_of(std::slice::from_ref(invoice), from, limit, None).await?;
        let without_invoice = |page: Page<(_, CostLine)>| {
            let items = page.items.into_iter().map(|(_, line)| line).collect();
            Page { items, next: page.next }
        };
        Ok(found.map(without_invoice))
    }

    /// Reads a page of the lines of these invoices, invoice by invoice, that `wanted` selects;
    /// without it all lines. Works as [`Table::lines`] otherwise.
    ///
    /// # Errors
    /// Fails as [`Table::lines`] does.
    pub async fn lines_of<'a>(
        &self,
        invoices: &'a [Invoice],
        from: Option<&Cursor>,
        limit: usize,
        wanted: Option<&(dyn Fn(&CostLine) -> bool + Sync)>,
    ) -> Result<Option<Page<(&'a Invoice, CostLine)>>, Error> {
        let set = |invoice: &'a Invoice| {
            let revision = invoice.lines.as_ref()?.revision;
            Some((keys::lines_partition(&invoice.account, &invoice.uuid, revision), invoice))
        };
        let mut sets: Vec<_> = invoices.iter().filter_map(set).collect();
        if let Some(from) = from {
            let begun = sets.iter().position(|(partition, _)| *partition == from.partition);
            let Some(begun) = begun else { return Ok(None) };
            sets.drain(..begun);
        }
        let read = async |invoice, after: Option<String>, left: usize| {
            // One page more, since the first one may already be partly read.
            let pages = if wanted.is_some() { FILTER_READ_ITEMS } else { left.div_ceil(PAGE_LINES) + 1 };
            let Slice { found, end } = self.lines_after(invoice, after.as_deref(), pages).await?;
            let found = found.into_iter().map(|(position, line)| {
                let line = line.filter(|line| wanted.is_none_or(|wanted| wanted(line)));
                (position, line.map(|line| (invoice, line)))
            });
            Ok(Slice { found: found.collect(), end })
        };
        Ok(Some(read_page(sets, from, limit, LARGE_READS_PER_PAGE, read).await?))
    }

    /// Reads the next lines of the set that an invoice shows, out of at most `pages` items.
    async fn lines_after(
        &self,
        invoice: &Invoice,
        after: Option<&str>,
        pages: usize,
    ) -> Result<Slice<CostLine>, Error> {
        let Position { mut page, mut offset } = after.and_then(Position::parse).unwrap_or_default();
        let revision = invoice.lines.as_ref().map(|set| set.revision).unwrap_or_default();
        let key = |page| keys::lines(&invoice.account, &invoice.uuid, revision, page);
        let keys::Key { pk, sk } = key(page);
        let query = Range::between(None, pk, [sk, "~".to_owned()]).query(self);
        let answer = query.consistent_read(true).limit(i32::try_from(pages).unwrap_or(i32::MAX)).send().await;
        let mut slice = Slice { found: Vec::new(), end: false };
        for item in answer.map_err(|e| Error::dynamo("Query", e))?.items.unwrap_or_default() {
            if text_of(&item, keys::SK) != Some(key(page).sk.as_str()) {
                break;
            }
            let LinesItem { lines, last } = from_item("page of lines", item)?;
            let all = lines.len();
            for line in lines.into_iter().skip(offset) {
                offset += 1;
                let is_done = offset == all && !last;
                let next = if is_done { Position { page: page + 1, offset: 0 } } else { Position { page, offset } };
                slice.found.push((next.to_string(), Some(line)));
            }
            if last {
                return Ok(Slice { end: true, ..slice });
            }
            (page, offset) = (page + 1, 0);
        }
        if slice.found.is_empty() {
            return Err(Error::Missing { key: key(page).to_string() });
        }
        Ok(slice)
    }
}

/// A position in a set of lines, written as `<page>+<offset>`.
#[derive(Default)]
struct Position {
    /// The number of the item within the set, from 0.
    page: u32,
    /// The number of lines of that item that were already read.
    offset: usize,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let (page, offset) = text.split_once('+')?;
        Some(Self { page: page.parse().ok()?, offset: offset.parse().ok()? })
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.page, self.offset)
    }
}
