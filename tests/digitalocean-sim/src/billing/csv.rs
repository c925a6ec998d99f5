//! The CSV of an invoice (OpenAPI `responses/invoice_csv`).

use std::fmt::Write;

use serde_json::Value;

use super::lines::{Lines, is_credit, is_tax};
use super::{Invoice, Period};
use crate::answer::Content;

/// So many rows are made at once.
const PIECE: usize = 500;

/// The columns of a month. Projects came in September 2018 and the category later; when the CSV got either is not documented, only
/// that older ones lack them (bohendo/valuemachine).
#[derive(Clone, Copy)]
struct Columns {
    project: bool,
    category: bool,
}

impl Columns {
    fn of(period: Period) -> Self {
        let since = |text| Period::read(text).is_ok_and(|from| period >= from);
        Self { project: since("2018-10"), category: since("2020-01") }
    }

    fn header(self) -> String {
        let mut header = "product,group_description,description,hours,start,end,USD".to_owned();
        header.push_str(if self.project { ",project_name" } else { "" });
        header.push_str(if self.category { ",category\n" } else { "\n" });
        header
    }
}

/// The CSV of an invoice: its items, last first, so that nobody takes a row for the item at its place. Neither order is documented.
pub(super) fn of(invoice: &Invoice<'_>) -> Content {
    let (columns, lines) = (Columns::of(invoice.period()), invoice.lines());
    let count = lines.count();
    match lines {
        Lines::Given(items) => {
            let mut text = columns.header();
            items.iter().rev().for_each(|item| row(&mut text, item, columns));
            Content::Whole(text.into_bytes())
        }
        Lines::Generated(generated) => {
            let pieces = (0..count.div_ceil(PIECE)).map(move |piece| {
                let mut text = if piece == 0 { columns.header() } else { String::new() };
                for place in (piece * PIECE..count).take(PIECE) {
                    row(&mut text, &generated.line(count - 1 - place).item(generated.period), columns);
                }
                text.into_bytes()
            });
            Content::Pieces(Box::new(pieces), count.div_ceil(PIECE))
        }
    }
}

/// Hours are blank for what was not used, times have no `T`, an amount has its dollar sign. How DO writes one below zero and when it
/// quotes is not documented: `-$3.20` here, and quotes where a CSV cannot do without (RFC 4180).
fn row(text: &mut String, item: &Value, columns: Columns) {
    let field = |name: &str| item[name].as_str().unwrap_or_default();
    let product = field("product");
    let time = |name: &str| field(name).replace('T', " ").replace('Z', " +0000");
    let hours = if is_tax(product) || is_credit(product) { "" } else { field("duration") };
    let amount = field("amount");
    let usd = amount.strip_prefix('-').map_or_else(|| format!("${amount}"), |amount| format!("-${amount}"));
    let (group, description) = (quoted(field("group_description")), quoted(field("description")));
    let (start, end) = (time("start_time"), time("end_time"));
    // Writing to a text cannot fail.
    let _ = write!(text, "{},{group},{description},{hours},{start},{end},{usd}", quoted(product));
    if columns.project {
        let _ = write!(text, ",{}", quoted(field("project_name")));
    }
    if columns.category {
        let _ = write!(text, ",{}", quoted(field("category")));
    }
    text.push('\n');
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
