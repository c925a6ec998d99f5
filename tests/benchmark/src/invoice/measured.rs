//! The measurements on an invoice: plain data, in the form of the JSON output.

use domain::billing::{MatchCounts, TieOutStatus};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::measured::TableUsage;

/// All measurements on one invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ingested {
    /// The number of lines of the invoice.
    pub(crate) lines: u32,
    /// The number of resources that the mirror had; each is named by one line.
    pub(crate) known: u32,
    pub(crate) reading: Reading,
    /// The ingest into an empty table.
    pub(crate) first: IngestRun,
    /// The second ingest of the same invoice into the same table.
    pub(crate) again: IngestRun,
    /// The ingest into another empty table, by a process that crashed half-way.
    pub(crate) killed: IngestRun,
    /// The ingest by the process that resumed after the crash.
    pub(crate) resumed: IngestRun,
    /// The invoice as readers see it after the first two runs.
    pub(crate) stored: StoredInvoice,
    /// The invoice as readers see it after the last two runs, in the other table.
    pub(crate) stored_after_crash: StoredInvoice,
}

/// Times for parsing the invoice's CSV, which is in memory already. Each is the fastest of several
/// repetitions.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) bytes: u64,
    pub(crate) rows: u32,
    /// Seconds in which the `csv` crate reads the records and nothing else.
    pub(crate) csv_seconds: f64,
    /// Seconds in which `billing::csv::Rows` turns every row into a charge.
    pub(crate) charges_seconds: f64,
    /// Seconds to turn the charges into cost lines with their kinds and owners.
    pub(crate) build_seconds: f64,
}

/// One process that ingested the invoice, from its start to its end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct IngestRun {
    /// Messages handled; more than one if the worker sent itself a message to continue.
    pub(crate) messages: u32,
    /// True if the process crashed before it was done.
    pub(crate) crashed: bool,
    pub(crate) table: TableUsage,
    /// The number of pages of lines written.
    pub(crate) pages: u32,
    /// The number of invoice headers written.
    pub(crate) headers: u32,
    /// Requests that the simulator received.
    pub(crate) requests: u32,
    pub(crate) seconds: f64,
    /// CPU time of all threads of the process.
    pub(crate) cpu_seconds: f64,
    /// Peak memory of the process, as the kernel counts it; none where there is no /proc.
    pub(crate) peak_bytes: Option<u64>,
}

/// An ingested invoice as readers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredInvoice {
    /// The number of lines that were read back, numbered from 1 without gaps.
    pub(crate) lines: u32,
    /// The sum of the lines' amounts.
    pub(crate) sum: Decimal,
    /// SHA-256 of all lines as JSON, in hex.
    pub(crate) digest: String,
    /// The counts of lines in the invoice header.
    pub(crate) counts: MatchCounts,
    pub(crate) tie_out: TieOutStatus,
    /// The amount of the invoice, from its header.
    pub(crate) amount: Decimal,
    /// True if no work is left: neither a staged revision nor a superseded one.
    pub(crate) complete: bool,
}
