//! What is measured: one process, one pass, one account. Plain data, as the JSON output has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;

/// What one process did: a worker's function from its start to the last of its messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) worker: String,
    /// Messages handled: more than one where a sweep sent itself on.
    pub(crate) messages: u32,
    pub(crate) receipts: Vec<SyncReceipt>,
    pub(crate) table: TableUsage,
    /// From the start of the process to its end.
    pub(crate) seconds: f64,
    /// Of all its threads.
    pub(crate) cpu_seconds: f64,
    /// The most memory that it ever held, as the kernel counts it; none where that cannot be told.
    pub(crate) peak_bytes: Option<u64>,
    /// What it logged: metrics are log lines too.
    #[serde(default)]
    pub(crate) log_bytes: u64,
    /// The names of the metrics in its log.
    #[serde(default)]
    pub(crate) metrics: Vec<String>,
}

/// The receipt that a lane was left with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SyncReceipt {
    pub(crate) target: String,
    /// The kind of the parents, where its lists are read parent by parent.
    pub(crate) parent: Option<String>,
    pub(crate) complete: bool,
    pub(crate) items: u32,
    pub(crate) pages: u32,
    /// Requests to DigitalOcean.
    pub(crate) requests: u32,
    pub(crate) changes: u32,
}

/// What a process asked of the table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct TableUsage {
    /// By operation.
    pub(crate) requests: BTreeMap<String, usize>,
    /// Those of them that write.
    pub(crate) writes: usize,
    /// Different items written.
    pub(crate) items_written: usize,
    /// Request units, as DynamoDB bills them.
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
}

/// All workers of an account, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pass {
    pub(crate) name: PassName,
    pub(crate) runs: Vec<Run>,
    /// Requests that the simulator got.
    pub(crate) simulator_requests: u32,
    /// Those of them that read no page: the price of the account's container registries is not in their list.
    pub(crate) no_pages: u32,
    /// Resources that somebody changed before it.
    pub(crate) changed: u32,
}

/// What a pass meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PassName {
    /// Nothing is known yet.
    Discover,
    /// Nothing has changed.
    Unchanged,
    /// One resource in a hundred has.
    OnePercent,
}

/// An account, and everything measured on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) account: Account,
    pub(crate) passes: Vec<Pass>,
    pub(crate) size: Size,
    pub(crate) baseline: Baseline,
}

/// What the table holds, by DynamoDB's rules for the size of an item, indexes included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub(crate) items: u64,
    /// Rows of resources, with all they are in the indexes.
    pub(crate) row_bytes: u64,
    /// Events.
    pub(crate) event_bytes: u64,
    /// How many events.
    pub(crate) events: u64,
    /// Receipts.
    pub(crate) receipt_bytes: u64,
    /// How many receipts.
    pub(crate) receipts: u64,
    /// Everything else.
    pub(crate) other_bytes: u64,
}

/// A mirror as one would write it first: it reads every whole row of a kind and writes each back with the time it was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    pub(crate) kind: String,
    pub(crate) rows: u32,
    pub(crate) table: TableUsage,
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: Option<u64>,
}

impl Run {
    /// A number of all its lanes.
    pub(crate) fn sum(&self, of: impl Fn(&SyncReceipt) -> u32) -> u32 {
        self.receipts.iter().map(of).sum()
    }
}

impl TableUsage {
    /// Requests that only read.
    pub(crate) fn reads(&self) -> usize {
        self.requests.values().sum::<usize>() - self.writes
    }
}

impl Pass {
    /// The run of a worker; that of the projects which came last.
    pub(crate) fn of(&self, worker: &str) -> Option<&Run> {
        self.runs.iter().rev().find(|run| run.worker == worker)
    }
}

impl Measured {
    pub(crate) fn pass(&self, name: PassName) -> Option<&Pass> {
        self.passes.iter().find(|pass| pass.name == name)
    }
}
