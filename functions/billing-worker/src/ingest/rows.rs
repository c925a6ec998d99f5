//! Parses the rows of a CSV and adds to each its item, kind and owner.

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

/// An invoice as read from its CSV and JSON items.
#[derive(Debug)]
pub(super) struct ParsedInvoice {
    pub(super) lines: LineSetBuilder,
    pub(super) tally: LineTally,
    /// The sum of the JSON items; none if the invoice has none.
    pub(super) items_sum: Option<Decimal>,
    /// The number of CSV rows without a JSON item.
    rows_without_item: u32,
    /// The number of JSON items without a CSV row, and one of them as an example.
    items_without_row: Option<(usize, String)>,
    csv_digest: CsvDigest,
}

impl ParsedInvoice {
    /// Returns remarks for the operator on an ingest that succeeded.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes =
            vec![format!("the CSV has {} bytes, SHA-256 {}", self.csv_digest.bytes, self.csv_digest.sha256)];
        if self.items_sum.is_none() {
            notes.push("the invoice has no JSON items, so its lines have no ids".to_owned());
        } else if self.rows_without_item > 0 {
            notes.push(format!("{} CSV rows have no JSON item, so their lines have no ids", self.rows_without_item));
        }
        if let Some((count, one)) = &self.items_without_row {
            notes.push(format!("{count} JSON items have no CSV row, such as {one}"));
        }
        let unknown = &self.tally.unknown_products;
        if !unknown.is_empty() {
            notes.push(format!(
                "no classification rule covers the products {}",
                unknown.keys().cloned().collect::<Vec<_>>().join(", ")
            ));
        }
        notes
    }
}

/// Downloads and parses the rows at the same time.
pub(super) async fn read(
    csv: Download,
    items: Option<Vec<KeyedItem>>,
    period: Period,
    inventory: Arc<Inventory>,
) -> Result<ParsedInvoice, Error> {
    let (chunks, reader) = ChunkReader::new();
    let parsing = tokio::task::spawn_blocking(move || parse_rows(reader, items, period, &inventory));
    let (forwarded, parsed) = tokio::join!(forward_chunks(csv, chunks), parsing);
    // If the download was cut off, its error is the cause, and the parser's error only the
    // consequence.
    forwarded?;
    parsed?
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
    // A digest is missing only after an error, which has been returned above.
    let csv_digest = rows.digest().ok_or(Error::Csv(CsvError::Empty))?;
    let unjoined = items.unjoined();
    let items_without_row =
        unjoined.first().map(|(key, _)| (unjoined.iter().map(|(_, count)| count).sum(), key.to_string()));
    let items_sum = with_items.then(|| items.sum());
    Ok(ParsedInvoice { lines, tally, items_sum, rows_without_item, items_without_row, csv_digest })
}
