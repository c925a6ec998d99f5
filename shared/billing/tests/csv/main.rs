//! The CSV of an invoice: what is read, what is refused, and that nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod corpus;
mod forms;
mod memory;
mod properties;

use billing::csv::{CsvError, Rows};
use domain::billing::Charge;

/// All rows, or the first error.
fn read(bytes: &[u8]) -> Result<Vec<Charge>, CsvError> {
    Rows::new(bytes)?.collect()
}
