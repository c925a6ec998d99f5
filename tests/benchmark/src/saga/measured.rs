//! The measurements on sagas: plain data, in the form of the JSON output.

use std::collections::{BTreeMap, HashMap};

use sagas::record::SagaStatus;
use serde::{Deserialize, Serialize};

use super::account::STEPS;
use crate::measured::TableUsage;

/// The operation that announces an expected change to the inventory. The saga store writes only
/// with updates and transactions, so that the announcements can be counted by operation.
const ANNOUNCEMENT: &str = "PutItem";

/// The measurements of a number of sagas, driven to each of the two endings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sagas {
    pub(crate) sagas: u32,
    /// Function instances for each of the two phases, and invocations at a time.
    pub(crate) workers: u32,
    pub(crate) succeeded: DriveResult,
    pub(crate) rolled_back: DriveResult,
}

/// One process that started the sagas and drove all of them to their end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DriveResult {
    /// The number of sagas in each status at the end.
    pub(crate) statuses: HashMap<SagaStatus, u32>,
    /// Seconds from the first wake-up to the end of the last saga.
    pub(crate) seconds: f64,
    /// CPU time of all threads of the process, starts included.
    pub(crate) cpu_seconds: f64,
    /// Peak memory of the process, which runs all functions; none where there is no /proc.
    pub(crate) peak_bytes: Option<u64>,
    /// Wake-ups that were handled.
    pub(crate) wake_ups: u32,
    /// Wake-ups that were due only after the measurement: the post-checks.
    pub(crate) postponed: u32,
    /// Table usage of starting the sagas.
    pub(crate) starts: TableUsage,
    /// Table usage of driving the sagas: leases, the account, state changes, pre-images, and
    /// announcements to the inventory.
    pub(crate) driving: TableUsage,
    /// Table usage of reserving requests to DigitalOcean.
    pub(crate) quota: TableUsage,
    /// Ledgers that were read back and replayed.
    pub(crate) replayed: u32,
    /// Replayed ledgers that do not reproduce the state of their saga.
    pub(crate) inconsistent: u32,
    /// Requests that the simulator received, by method and route, such as
    /// `GET /v2/domains/{domain_name}/records`.
    #[serde(default)]
    pub(crate) calls: BTreeMap<String, u32>,
    /// The number of differences between the records in the simulator and the expected ones.
    #[serde(default)]
    pub(crate) leftovers: u32,
}

impl Sagas {
    /// Returns the number of steps of all sagas that write a record.
    pub(crate) fn steps(&self) -> f64 {
        f64::from(self.sagas * STEPS)
    }
}

impl DriveResult {
    /// Returns how many sagas ended in this status.
    pub(crate) fn in_status(&self, status: SagaStatus) -> u32 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Returns the number of announcements to the inventory.
    pub(crate) fn announcements(&self) -> f64 {
        self.driving.requests.get(ANNOUNCEMENT).copied().unwrap_or_default() as f64
    }

    /// Returns the table requests of driving, without the announcements.
    pub(crate) fn table_requests(&self) -> f64 {
        self.driving.requests.values().sum::<usize>() as f64 - self.announcements()
    }

    /// Returns the number of requests to DigitalOcean; with `writes`, only of those that write.
    pub(crate) fn calls(&self, writes: bool) -> u32 {
        self.calls.iter().filter(|(kind, _)| !writes || !kind.starts_with("GET ")).map(|(_, count)| count).sum()
    }
}
