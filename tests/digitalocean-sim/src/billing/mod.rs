//! Invoices: what is on them, and the documents that show it.
//!
//! An invoice is kept with its items in DO's JSON; its CSV, its summary and its amount follow from them unless they were given.

mod csv;
mod generated;
mod invoice;
mod ledger;
mod lines;
mod period;
mod summary;

pub(crate) use generated::{Generate, Generated, mixed};
pub(crate) use invoice::Invoice;
pub(crate) use ledger::billed;
pub(crate) use lines::{completed, sum};
pub(crate) use period::Period;

use rust_decimal::Decimal;
use serde_json::Value;

/// An amount; none of what is no amount, which a test may put in its place.
pub(crate) fn amount_of(object: &Value) -> Option<Decimal> {
    object["amount"].as_str()?.parse().ok()
}

/// An amount as DO writes it (OpenAPI `schemas/invoice_item.amount`), with two decimals at the least.
pub(crate) fn money(mut amount: Decimal) -> String {
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}
