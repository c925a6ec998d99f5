//! The lines of an invoice, given or generated.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{Generated, Period, amount_of};
use crate::clock::rfc3339;

/// Where the lines of an invoice come from.
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

    /// An item as DO shows it.
    pub(crate) fn item(&self, index: usize) -> Value {
        match self {
            Self::Given(items) => items.get(index).cloned().unwrap_or_default(),
            Self::Generated(generated) => generated.line(index).item(generated.period),
        }
    }
}

/// The lines that are no usage: neither hours nor, in the summary, a charge for a product.
pub(super) fn is_tax(product: &str) -> bool {
    product == "Taxes"
}

pub(super) fn is_credit(product: &str) -> bool {
    product == "Credits"
}

/// An item with what its seed form left out: it was used all month, and no tax or credit was used at all
/// (`digitalocean/droplet_kit`, `spec/fixtures/invoice/find.json`).
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

/// The sum of items; none if one has no amount that could be added.
pub(crate) fn sum(items: &[Value]) -> Option<Decimal> {
    items.iter().map(amount_of).sum()
}
