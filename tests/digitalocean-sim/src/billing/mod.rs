//! Invoices: their lines, and the documents that show them.
//!
//! An invoice is stored with its items in DO's JSON. The CSV, the summary and the amount are
//! computed from the items unless the seed gives them.

mod csv;
mod generated;
mod invoice;
mod item;
mod lines;
mod period;
mod summary;

pub(crate) use generated::{Generate, Generated, mix64};
pub(crate) use invoice::Invoice;
pub(crate) use item::{amount_of, completed, money};
pub(crate) use lines::sum;
pub(crate) use period::Period;
