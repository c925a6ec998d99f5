//! The CSV of an invoice, row by row.
//!
//! [`Rows`] reads from any [`std::io::Read`] in constant memory. Columns are found by the names of the header, in any
//! order; those it does not know are passed over. A row is read whole or it is an error that names its line and its
//! column: none is ever left out.
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
