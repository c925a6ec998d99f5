//! Billing data: balances, the billing history, and invoices with their lines.

mod balances;
mod expire_revisions;
mod history;
mod invoice_header;
mod invoices;
mod line_set_builder;
mod lines;
mod page;
mod promote_preview;
mod publish_revision;

pub use invoices::{InvoiceCommitOutcome, InvoiceWrite};
pub use line_set_builder::LineSetBuilder;
pub use lines::{LinePage, LinePosition};
pub use page::RecordPage;
pub use publish_revision::{NewRevision, PublishOutcome};
