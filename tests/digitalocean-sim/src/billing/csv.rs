//! The CSV file of an invoice (OpenAPI `responses/invoice_csv`).

use std::fmt::Write;

use serde_json::Value;

use super::Period;
use super::item::{is_credit, is_tax};
use super::lines::Lines;
use crate::content::Content;

/// Number of CSV rows in one chunk of the streamed body.
const ROWS_PER_CHUNK: usize = 500;

/// The optional columns of a month's CSV. Projects exist since September 2018 and the category came
/// later. When the CSV got either column is not documented; it is only known that older files lack
/// them (bohendo/valuemachine).
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

/// Writes the CSV of an invoice. The rows are in reverse order of the items, so that no client can
/// match a row to an item by its position. DO documents neither order.
pub(super) fn of(period: Period, lines: &Lines<'_>) -> Content {
    let columns = Columns::of(period);
    let count = lines.count();
    match lines {
        Lines::Given(items) => {
            let mut text = columns.header();
            items.iter().rev().for_each(|item| row(&mut text, item, columns));
            Content::Buffered(text.into_bytes())
        }
        Lines::Generated(generated) => {
            let generated = *generated;
            let chunks = (0..count.div_ceil(ROWS_PER_CHUNK)).map(move |chunk| {
                let mut text = if chunk == 0 { columns.header() } else { String::new() };
                for position in (chunk * ROWS_PER_CHUNK..count).take(ROWS_PER_CHUNK) {
                    row(&mut text, &generated.line(count - 1 - position).item(generated.period), columns);
                }
                text.into_bytes()
            });
            Content::Chunks(Box::new(chunks), count.div_ceil(ROWS_PER_CHUNK))
        }
    }
}

/// Writes one row. Hours are blank for taxes and credits, times have no `T`, and amounts have a
/// dollar sign. How DO writes a negative amount and when it quotes a field is not documented. The
/// simulator writes `-$3.20`, and quotes only where RFC 4180 requires it.
fn row(text: &mut String, item: &Value, columns: Columns) {
    let field = |name: &str| item[name].as_str().unwrap_or_default();
    let product = field("product");
    let time = |name: &str| field(name).replace('T', " ").replace('Z', " +0000");
    let hours = if is_tax(product) || is_credit(product) { "" } else { field("duration") };
    let amount = field("amount");
    let usd = amount.strip_prefix('-').map_or_else(|| format!("${amount}"), |amount| format!("-${amount}"));
    let (group, description) = (quoted(field("group_description")), quoted(field("description")));
    let (start, end) = (time("start_time"), time("end_time"));
    // Writing to a string cannot fail.
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
