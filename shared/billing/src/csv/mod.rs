//! Reads the CSV of an invoice row by row.
//!
//! [`Rows`] reads from any [`std::io::Read`] in constant memory. Columns are found by the names in
//! the header, in any order; unknown columns are ignored. A row is either read completely or is an
//! error that names its line and its column: no row is ever skipped.
//!
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_get_csvByUUID>

mod columns;
mod error;
mod line_normalizer;
mod row;
mod rows;
mod time;

pub use columns::{Column, Columns};
pub use error::CsvError;
pub use rows::{CsvDigest, Rows};
