//! Billing: balances, the history of what was billed and paid, and invoices with their lines.

mod balances;
mod draft;
mod head;
mod history;
mod invoices;
mod lines;
mod replacement;
mod retirement;
mod stretch;
mod succession;

pub use draft::DraftLines;
pub use invoices::{InvoiceCommitted, InvoiceWrite};
pub use lines::{LinePage, LinePosition};
pub use replacement::{Replaced, Replacement};
pub use stretch::Stretch;
