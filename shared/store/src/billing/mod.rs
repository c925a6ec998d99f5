//! Billing: balances, the history of what was billed and paid, and invoices with their lines.

mod balances;
mod head;
mod history;
mod invoices;
mod lines;
mod pages;
mod replacement;
mod retirement;
mod stretch;

pub use invoices::{InvoiceCommitted, InvoiceWrite};
pub use lines::{LinePage, LinePosition};
pub use replacement::{Replaced, Replacement};
pub use stretch::Stretch;
