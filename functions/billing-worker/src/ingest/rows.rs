//! The rows of a CSV, each with its item, its kind and its owner.

use std::io::Read;
use std::sync::Arc;

use billing::csv::{CsvDigest, CsvError, Rows};
use billing::items::{KeyedItem, UnjoinedItems};
use billing::matching::Inventory;
use billing::{LineTally, build_cost_line};
use digitalocean::Download;
use domain::billing::Period;
use rust_decimal::Decimal;
use store::LineSetBuilder;

use super::chunk_reader::{ChunkReader, forward_chunks};
use crate::error::Error;

/// What was read of an invoice.
#[derive(Debug)]
pub(super) struct ParsedInvoice {
    pub(super) lines: LineSetBuilder,
    pub(super) tally: LineTally,
    /// The sum of the JSON items, where there are any.
    pub(super) items_sum: Option<Decimal>,
    /// Rows that no item is for.
    rows_without_item: u32,
    /// Items that no row is, and one of them.
    items_without_row: Option<(usize, String)>,
    csv_digest: CsvDigest,
}

impl ParsedInvoice {
    /// What a person should know though nothing failed.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes =
            vec![format!("the CSV has {} bytes, SHA-256 {}", self.csv_digest.bytes, self.csv_digest.sha256)];
        if self.items_sum.is_none() {
            notes.push("there are no JSON items, and no ids".to_owned());
        } else if self.rows_without_item > 0 {
            notes.push(format!("{} rows have no JSON item, and no id", self.rows_without_item));
        }
        if let Some((count, one)) = &self.items_without_row {
            notes.push(format!("{count} JSON items are no row's, such as {one}"));
        }
        let unknown = &self.tally.unknown_products;
        if !unknown.is_empty() {
            notes.push(format!("no rule knows {}", unknown.keys().cloned().collect::<Vec<_>>().join(", ")));
        }
        notes
    }
}

/// Reads the rows as they arrive.
pub(super) async fn read(
    csv: Download,
    items: Option<Vec<KeyedItem>>,
    period: Period,
    inventory: Arc<Inventory>,
) -> Result<ParsedInvoice, Error> {
    let (chunks, reader) = ChunkReader::new();
    let reading = tokio::task::spawn_blocking(move || parse_rows(reader, items, period, &inventory));
    let (forwarded, reading) = tokio::join!(forward_chunks(csv, chunks), reading);
    // Where the file broke off, that is the cause; what the reader says of it is the consequence.
    forwarded?;
    reading?
}

fn parse_rows(
    source: impl Read,
    items: Option<Vec<KeyedItem>>,
    period: Period,
    inventory: &Inventory,
) -> Result<ParsedInvoice, Error> {
    let mut rows = Rows::new(source).map_err(Error::Csv)?;
    let with_items = items.is_some();
    let mut items = UnjoinedItems::new(items.unwrap_or_default(), rows.columns());
    let (mut lines, mut tally, mut rows_without_item) = (LineSetBuilder::default(), LineTally::default(), 0);
    for (charge, line) in rows.by_ref().zip(1..) {
        let charge = charge.map_err(Error::Csv)?;
        let item = items.take(&charge);
        rows_without_item += u32::from(item.is_none());
        let line = build_cost_line(line, charge, item.unwrap_or_default(), period, inventory);
        tally.add(&line);
        lines.push(&line)?;
    }
    // Rows end without content only after an error.
    let csv_digest = rows.digest().ok_or(Error::Csv(CsvError::Empty))?;
    let left = items.unjoined();
    let items_without_row = left.first().map(|(key, _)| (left.iter().map(|(_, count)| count).sum(), key.to_string()));
    let items_sum = with_items.then(|| items.sum());
    Ok(ParsedInvoice { lines, tally, items_sum, rows_without_item, items_without_row, csv_digest })
}
