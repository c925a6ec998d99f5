#![doc = include_str!("../README.md")]

pub mod accrual;
pub mod amount;
pub mod classify;
mod cost_line;
pub mod csv;
mod invoice_coverage;
pub mod items;
pub mod matching;
mod tally;
mod tie_out;
mod tie_out_total;
mod workers;

pub use cost_line::{build_cost_line, rematch};
pub use invoice_coverage::{InvoiceSortKey, invoice_sort_key, lines_coverage, lines_read_at};
pub use tally::LineTally;
pub use tie_out::{Summary, Sums, tie_out};
pub use tie_out_total::{TieOutTotal, invoice_tie_out, lines_amount};
pub use workers::{BALANCE, BILLING_HISTORY, BillingWorkerSpec, INVOICE_INGEST, Task, WORKERS};
