//! What is measured of sagas. Plain data, as the JSON output has it.

use std::collections::{BTreeMap, HashMap};

use clap::ValueEnum;
use sagas::record::SagaStatus;
use serde::{Deserialize, Serialize};

use super::STEPS;
use crate::measured::TableUsage;

/// The operation by which the inventory is told of a change. The journal writes by updates and by transactions alone.
const ANNOUNCEMENT: &str = "PutItem";

/// How sagas are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// Nothing happens.
    Succeeded,
    /// The step after the last record fails.
    RolledBack,
}

/// So many sagas, driven to each of two endings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sagas {
    pub(crate) sagas: u32,
    /// Functions of each lane that work at a time.
    pub(crate) workers: u32,
    pub(crate) succeeded: DriveResult,
    pub(crate) rolled_back: DriveResult,
}

/// One process that started the sagas and drove all of them to their end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DriveResult {
    /// In which status they are.
    pub(crate) statuses: HashMap<SagaStatus, u32>,
    /// From the first doorbell to the end of the last saga.
    pub(crate) seconds: f64,
    /// Of all threads of the process, the starts included.
    pub(crate) cpu_seconds: f64,
    /// The most memory that the process ever held, all its functions together; none where that cannot be told.
    pub(crate) peak_bytes: Option<u64>,
    /// Doorbells answered, and those that were set for later than the measurement: looks after the end.
    pub(crate) wake_ups: u32,
    pub(crate) postponed: u32,
    /// What starting took of the table.
    pub(crate) starts: TableUsage,
    /// What driving took: leases, the account, changes of the state, pre-images, and announcements to the inventory.
    pub(crate) driving: TableUsage,
    /// What reserving requests to DigitalOcean took.
    pub(crate) budget: TableUsage,
    /// Ledgers read back, and those that do not give the state of their saga.
    pub(crate) replayed: u32,
    pub(crate) inconsistent: u32,
    /// Requests that the simulator got, by method and route.
    #[serde(default)]
    pub(crate) calls: BTreeMap<String, u32>,
    /// What is not at DigitalOcean as it should be.
    #[serde(default)]
    pub(crate) leftovers: u32,
}

impl Sagas {
    /// Steps of all sagas that are about a record.
    pub(crate) fn steps(&self) -> f64 {
        f64::from(self.sagas * STEPS)
    }
}

impl DriveResult {
    /// How many sagas are in this status.
    pub(crate) fn in_status(&self, status: SagaStatus) -> u32 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Announcements to the inventory.
    pub(crate) fn announcements(&self) -> f64 {
        self.driving.requests.get(ANNOUNCEMENT).copied().unwrap_or_default() as f64
    }

    /// Table requests of driving, without the announcements.
    pub(crate) fn table_requests(&self) -> f64 {
        self.driving.requests.values().sum::<usize>() as f64 - self.announcements()
    }

    /// Requests to DigitalOcean; those that write alone if so asked.
    pub(crate) fn calls(&self, writes: bool) -> u32 {
        self.calls.iter().filter(|(kind, _)| !writes || !kind.starts_with("GET ")).map(|(_, count)| count).sum()
    }
}
