//! Invoices: their lines, and the documents that show them.
//!
//! An invoice is stored with its items in DO's JSON. The CSV, the summary and the amount are
//! computed from the items unless the seed gives them.

mod csv;
mod generated;
mod invoice;
mod ledger;
mod lines;
mod period;
mod summary;

pub(crate) use generated::{Generate, Generated, mix64};
pub(crate) use invoice::Invoice;
pub(crate) use ledger::billed;
pub(crate) use lines::{completed, sum};
pub(crate) use period::Period;

use rust_decimal::Decimal;
use serde_json::Value;

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
