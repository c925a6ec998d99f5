#![doc = include_str!("../README.md")]

mod billing_worker;
mod error;
mod from_digitalocean;
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
mod scheduled_run;

pub use billing_worker::BillingWorker;
pub use inventory_cache::{InventoryCache, owner_kinds};
