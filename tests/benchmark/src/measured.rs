//! The measurements on one process, one pass and one account: plain data, in the form of the JSON
//! output.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Account;

/// The measurements of one process: a worker's function from its start to the last of its messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) worker: String,
    /// Messages handled; more than one if a sweep sent itself a message to continue.
    pub(crate) messages: u32,
    pub(crate) receipts: Vec<SyncReceipt>,
    pub(crate) table: TableUsage,
    /// Seconds from the start of the process to its end.
    pub(crate) seconds: f64,
    /// CPU time of all threads of the process.
    pub(crate) cpu_seconds: f64,
    /// Peak memory of the process, as the kernel counts it; none where there is no /proc.
    pub(crate) peak_bytes: Option<u64>,
    /// Size of the process's log, including the metrics, which are log lines, too.
    #[serde(default)]
    pub(crate) log_bytes: u64,
    /// The names of the metrics in the log, each once.
    #[serde(default)]
    pub(crate) metrics: Vec<String>,
}

/// The last receipt of a sync state after a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SyncReceipt {
    pub(crate) target: String,
    /// The kind of the parents; none unless the target is listed parent by parent.
    pub(crate) parent: Option<String>,
    pub(crate) complete: bool,
    pub(crate) items: u32,
    pub(crate) pages: u32,
    /// Requests to DigitalOcean, as the worker counted them.
    pub(crate) requests: u32,
    pub(crate) changes: u32,
}

/// The requests of a process to the table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct TableUsage {
    /// The number of requests by operation, such as `PutItem`.
    pub(crate) requests: BTreeMap<String, usize>,
    /// The number of requests that write.
    pub(crate) writes: usize,
    /// The number of different items that were written.
    pub(crate) items_written: usize,
    /// Read request units, as DynamoDB bills them.
    pub(crate) read_units: f64,
    /// Write request units, as DynamoDB bills them.
    pub(crate) write_units: f64,
}

/// One pass of all workers over an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pass {
    pub(crate) name: PassName,
    pub(crate) runs: Vec<Run>,
    /// Requests that the simulator received.
    pub(crate) simulator_requests: u32,
    /// Requests among those that read no page: the price of the account's container registries is
    /// not in their list.
    pub(crate) unpaged_requests: u32,
    /// Resources that were changed in the account before the pass.
    pub(crate) changed: u32,
}

/// The passes, by the state in which they find the mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PassName {
    /// The mirror is empty.
    Discover,
    /// The account has not changed since the last pass.
    Unchanged,
    /// One resource in a hundred has changed since the last pass.
    OnePercent,
}

impl PassName {
    /// Returns the title of a pass in reports.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Discover => "everything is new",
            Self::Unchanged => "nothing changed",
            Self::OnePercent => "one percent changed",
        }
    }
}

/// All measurements on one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) account: Account,
    pub(crate) passes: Vec<Pass>,
    pub(crate) size: Size,
    pub(crate) baseline: Baseline,
}

/// The size of the table by DynamoDB's rules for the size of an item, indexes included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub(crate) items: u64,
    /// Bytes of the resources, with their copies in the indexes.
    pub(crate) row_bytes: u64,
    /// Bytes of the events, with their copies in the indexes.
    pub(crate) event_bytes: u64,
    /// The number of events.
    pub(crate) events: u64,
    /// Bytes of the receipts, with their copies in the indexes.
    pub(crate) receipt_bytes: u64,
    /// The number of receipts.
    pub(crate) receipts: u64,
    /// Bytes of all other items.
    pub(crate) other_bytes: u64,
}

/// The measurements of a simple mirror, which reads every whole item of a kind and writes each back
/// with the time of the sweep.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    pub(crate) kind: String,
    pub(crate) rows: u32,
    pub(crate) table: TableUsage,
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: Option<u64>,
}

impl Run {
    /// Returns the sum of a number over the receipts of all the worker's sync states.
    pub(crate) fn sum(&self, of: impl Fn(&SyncReceipt) -> u32) -> u32 {
        self.receipts.iter().map(of).sum()
    }
}

impl TableUsage {
    /// Returns the number of requests that only read.
    pub(crate) fn reads(&self) -> usize {
        self.requests.values().sum::<usize>() - self.writes
    }
}

impl Pass {
    /// Returns the run of a worker; of the projects worker, which runs twice, the last one.
    pub(crate) fn of(&self, worker: &str) -> Option<&Run> {
        self.runs.iter().rev().find(|run| run.worker == worker)
    }
}

impl Measured {
    pub(crate) fn pass(&self, name: PassName) -> Option<&Pass> {
        self.passes.iter().find(|pass| pass.name == name)
    }
}
