//! Takes in balances, the billing history or invoices; the environment variable WORKER says which.
//!
//! A tick for all accounts becomes one message for each. What a message for an account asks for, [`job::Job`] says; what became of it is in
//! the log, in the metrics and, for what a schedule asks for, in a receipt ([`scheduled_run`]). Invoices leave no receipt: their headers say it all.
//!
//! | worker | asks DigitalOcean for | leaves in the table |
//! |---|---|---|
//! | `balance` | the balance | a snapshot |
//! | `billing-history` | the history, the list of invoices | entries, headers; a message for each invoice that is due |
//! | `invoice-ingest` | an invoice: CSV, JSON items, summary | its lines, whose each is, whether its sums agree |

mod balance;
mod config;
mod content_hash;
mod error;
mod from_digitalocean;
mod handler;
mod history;
mod ingest;
mod inventory_cache;
pub mod invoice_header;
mod job;
mod preview;
mod publish_lines;
mod record_failure;
mod rematch;
mod report;
mod schedule_rematches;
mod scheduled_run;

pub use config::ingest_queue_url;
pub use handler::BillingWorker;
pub use inventory_cache::{InventoryCache, owner_kinds};
