#![doc = include_str!("../README.md")]

pub mod accrual;
pub mod amount;
pub mod classify;
pub mod csv;
pub mod items;
pub mod matching;
mod settle;
mod tally;
mod tie_out;
mod workers;

pub use settle::{rematch, settle};
pub use tally::Tally;
pub use tie_out::{Summary, Sums, tie_out};
pub use workers::{BALANCE, BILLING_HISTORY, INVOICE_INGEST, Task, WORKERS, Worker};
