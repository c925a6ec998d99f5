//! Tests of balances, the billing history, and invoices with their lines.

mod balances;
mod history;
mod invoices;
mod lines;
mod promote_preview;
mod publish_revision;
mod records;
