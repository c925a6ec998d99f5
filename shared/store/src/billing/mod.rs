//! Billing data: balances, the billing history, and invoices with their lines.

mod balances;
mod expire_revisions;
mod history;
mod invoice_header;
mod invoices;
mod line_set_builder;
mod lines;
mod publish_revision;
mod remove_preview;

pub use invoices::{InvoiceCommitOutcome, InvoiceWrite};
pub use line_set_builder::LineSetBuilder;
pub use publish_revision::{NewRevision, PublishOutcome};
