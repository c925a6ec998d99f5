#![doc = include_str!("../README.md")]

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
