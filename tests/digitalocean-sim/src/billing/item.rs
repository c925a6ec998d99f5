//! One item of an invoice, in DO's JSON.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Period;
use crate::clock::rfc3339;

/// The amount of an object; none if the field is not a number, which a test may put there on
/// purpose.
pub(crate) fn amount_of(object: &Value) -> Option<Decimal> {
    object["amount"].as_str()?.parse().ok()
}

/// An amount as DO writes it (OpenAPI `schemas/invoice_item.amount`), with at least two decimals.
pub(crate) fn money(mut amount: Decimal) -> String {
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
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
