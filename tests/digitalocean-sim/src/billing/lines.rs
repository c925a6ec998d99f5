//! The lines of an invoice, given in the seed or generated.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{Generated, Period, amount_of};
use crate::clock::rfc3339;

/// The source of an invoice's lines.
pub(crate) enum Lines<'a> {
    Given(&'a [Value]),
    Generated(Generated),
}

impl Lines<'_> {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Given(items) => items.len(),
            Self::Generated(generated) => generated.lines,
        }
    }

    /// Returns one item as DO shows it.
    pub(crate) fn item(&self, index: usize) -> Value {
        match self {
            Self::Given(items) => items.get(index).cloned().unwrap_or_default(),
            Self::Generated(generated) => generated.line(index).item(generated.period),
        }
    }
}

/// Returns whether the product is a tax. Taxes and credits are no usage: they have no hours, and
/// the summary does not count them as product charges.
pub(super) fn is_tax(product: &str) -> bool {
    product == "Taxes"
}

pub(super) fn is_credit(product: &str) -> bool {
    product == "Credits"
}

/// Fills in the fields that the seed form of an item may leave out. The default is usage over the
/// whole month; taxes and credits get zero hours (`digitalocean/droplet_kit`,
/// `spec/fixtures/invoice/find.json`).
pub(crate) fn completed(mut item: Map<String, Value>, period: Period) -> Value {
    let product = item.get("product").and_then(Value::as_str).unwrap_or_default();
    let (hours, end) =
        if is_tax(product) || is_credit(product) { (0, period.last_second()) } else { (period.hours(), period.end()) };
    for (field, value) in [
        ("duration", json!(hours.to_string())),
        ("duration_unit", json!("Hours")),
        ("start_time", json!(rfc3339(period.start()))),
        ("end_time", json!(rfc3339(end))),
        ("category", json!("iaas")),
    ] {
        item.entry(field).or_insert(value);
    }
    Value::Object(item)
}

/// The sum of the items; none if one of them has no amount that can be added.
pub(crate) fn sum(items: &[Value]) -> Option<Decimal> {
    items.iter().map(amount_of).sum()
}
