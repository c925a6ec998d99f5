//! Tests of reading the CSV of an invoice: valid and malformed files, and that no row is lost.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod corpus;
mod forms;
mod memory;
mod properties;

use billing::csv::{CsvError, Rows};
use domain::billing::Charge;

/// Reads all rows, or returns the first error.
fn read(bytes: &[u8]) -> Result<Vec<Charge>, CsvError> {
    Rows::new(bytes)?.collect()
}
