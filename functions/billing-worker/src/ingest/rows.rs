//! The rows of a CSV, each with its item, its kind and its owner.

use std::io::Read;
use std::sync::Arc;

use billing::csv::{Content, CsvError, Rows};
use billing::items::{Item, Items};
use billing::matching::Inventory;
use billing::{Tally, settle};
use digitalocean::Download;
use domain::billing::Period;
use rust_decimal::Decimal;
use store::LineSetBuilder;

use super::feed::{Feed, pass_on};
use crate::trouble::Trouble;

/// What was read of an invoice.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) lines: LineSetBuilder,
    pub(super) tally: Tally,
    /// The sum of the JSON items, where there are any.
    pub(super) items_sum: Option<Decimal>,
    /// Rows that no item is for.
    rows_without_item: u32,
    /// Items that no row is, and one of them.
    items_without_row: Option<(usize, String)>,
    content: Content,
}

impl Reading {
    /// What a person should know though nothing failed.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!("the CSV has {} bytes, SHA-256 {}", self.content.bytes, self.content.sha256)];
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
    items: Option<Vec<Item>>,
    period: Period,
    inventory: Arc<Inventory>,
) -> Result<Reading, Trouble> {
    let (pieces, feed) = Feed::new();
    let reading = tokio::task::spawn_blocking(move || read_rows(feed, items, period, &inventory));
    let (passed_on, reading) = tokio::join!(pass_on(csv, pieces), reading);
    // Where the file broke off, that is the cause; what the reader says of it is the consequence.
    passed_on?;
    reading?
}

fn read_rows(
    source: impl Read,
    items: Option<Vec<Item>>,
    period: Period,
    inventory: &Inventory,
) -> Result<Reading, Trouble> {
    let mut rows = Rows::new(source).map_err(Trouble::Csv)?;
    let with_items = items.is_some();
    let mut items = Items::new(items.unwrap_or_default(), rows.columns());
    let (mut lines, mut tally, mut rows_without_item) = (LineSetBuilder::default(), Tally::default(), 0);
    for (charge, line) in rows.by_ref().zip(1..) {
        let charge = charge.map_err(Trouble::Csv)?;
        let item = items.take(&charge);
        rows_without_item += u32::from(item.is_none());
        let line = settle(line, charge, item.unwrap_or_default(), period, inventory);
        tally.add(&line);
        lines.push(&line)?;
    }
    // Rows end without content only after an error.
    let content = rows.content().ok_or(Trouble::Csv(CsvError::Empty))?;
    let left = items.left();
    let items_without_row = left.first().map(|(key, _)| (left.iter().map(|(_, count)| count).sum(), key.to_string()));
    let items_sum = with_items.then(|| items.sum());
    Ok(Reading { lines, tally, items_sum, rows_without_item, items_without_row, content })
}
