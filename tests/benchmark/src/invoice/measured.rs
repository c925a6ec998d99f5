//! What is measured on an invoice. Plain data, as the JSON output has it.

use domain::billing::{MatchCounts, TieOutStatus};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::measured::TableUsage;

/// An invoice, and everything measured on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ingested {
    /// The lines that it has.
    pub(crate) lines: u32,
    /// Resources that the mirror knew, each named by a line of its own.
    pub(crate) known: u32,
    pub(crate) reading: Reading,
    /// From nothing.
    pub(crate) first: IngestRun,
    /// The same invoice once more.
    pub(crate) again: IngestRun,
    /// From nothing, in another table: the process crashed half-way.
    pub(crate) killed: IngestRun,
    /// And another went on.
    pub(crate) resumed: IngestRun,
    /// What readers see after the first two.
    pub(crate) stored: StoredInvoice,
    /// And after the last two.
    pub(crate) stored_after_crash: StoredInvoice,
}

/// Reading the invoice's CSV, which is in memory already; each the fastest of several times.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) bytes: u64,
    pub(crate) rows: u32,
    /// With the `csv` crate, its records and nothing else.
    pub(crate) csv_seconds: f64,
    /// With ours, every row a charge.
    pub(crate) charges_seconds: f64,
    /// From charges to lines with their kinds and owners.
    pub(crate) build_seconds: f64,
}

/// One process that took the invoice in, from its start to its end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct IngestRun {
    /// Messages handled: more than one where the work sent itself on.
    pub(crate) messages: u32,
    /// Whether it crashed on the way.
    pub(crate) crashed: bool,
    pub(crate) table: TableUsage,
    /// Pages of lines written, and the invoice's head.
    pub(crate) pages: u32,
    pub(crate) headers: u32,
    /// Requests that the simulator got.
    pub(crate) requests: u32,
    pub(crate) seconds: f64,
    /// Of all its threads.
    pub(crate) cpu_seconds: f64,
    /// The most memory that it ever held, as the kernel counts it; none where that cannot be told.
    pub(crate) peak_bytes: Option<u64>,
}

/// What readers see of the invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredInvoice {
    /// Lines that are there when they are read, one after the other from 1.
    pub(crate) lines: u32,
    /// The sum of their amounts.
    pub(crate) sum: Decimal,
    /// SHA-256 of all that they say, in hex.
    pub(crate) digest: String,
    /// What the invoice says of them.
    pub(crate) counts: MatchCounts,
    pub(crate) tie_out: TieOutStatus,
    /// The amount of the invoice.
    pub(crate) amount: Decimal,
    /// Whether nothing is left to be done: no draft, and nothing that is to be retired.
    pub(crate) complete: bool,
}
