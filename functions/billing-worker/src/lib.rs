//! Takes in balances, the billing history or invoices; the environment variable WORKER says which.
//!
//! A tick for all accounts becomes one message for each. What a message for an account asks for, [`job::Job`] says; what became of it is in
//! the log, in the metrics and, for what a schedule asks for, in a receipt ([`lane`]). Invoices leave no receipt: their heads say it all.
//!
//! | worker | asks DigitalOcean for | leaves in the table |
//! |---|---|---|
//! | `balance` | the balance | a snapshot |
//! | `billing-history` | the history, the list of invoices | entries, heads; a message for each invoice that is due |
//! | `invoice-ingest` | an invoice: CSV, JSON items, summary | its lines, whose each is, whether its sums agree |

mod balance;
mod config;
mod content;
mod converted;
mod handler;
pub mod heads;
mod history;
mod ingest;
mod job;
mod known;
mod lane;
mod look;
mod note;
mod preview;
mod rematch;
mod report;
mod show;
mod trouble;

pub use config::ingest_queue_url;
pub use handler::BillingWorker;
pub use known::{LastKnown, kinds_looked_for};
