//! The workers: the targets that each one mirrors, and how often.

use chrono::TimeDelta;
use domain::Kind;

use crate::kind::MirroredKind;
use crate::kinds;

pub use crate::kind::{DROPLET_FAST, PROJECT, Target};

/// A worker: one Lambda function, one queue, one schedule.
#[derive(Clone, Copy)]
pub struct InventoryWorker {
    /// The worker's name, as in `WORKER`, in its queue's name and in `POST /sync/{worker}`.
    pub name: &'static str,
    /// The interval of its schedule, in minutes.
    pub cadence_minutes: i64,
    /// The targets, swept one after the other.
    pub targets: &'static [Target],
}

/// The list of all workers. `template.yaml` is made from this and `infra/template/workers.yaml`.
pub const WORKERS: &[InventoryWorker] = &[
    InventoryWorker { name: "droplets", cadence_minutes: 15, targets: kinds::DROPLETS },
    InventoryWorker { name: "droplets-fast", cadence_minutes: 1, targets: &[Target::FastDroplets] },
    InventoryWorker { name: "domains", cadence_minutes: 15, targets: kinds::DOMAINS },
    InventoryWorker { name: "volumes", cadence_minutes: 15, targets: kinds::VOLUMES },
    InventoryWorker { name: "snapshots", cadence_minutes: 60, targets: kinds::SNAPSHOTS },
    InventoryWorker { name: "backups", cadence_minutes: 60, targets: kinds::BACKUPS },
    InventoryWorker { name: "floating-ips", cadence_minutes: 15, targets: kinds::FLOATING_IPS },
    InventoryWorker { name: "firewalls", cadence_minutes: 15, targets: kinds::FIREWALLS },
    InventoryWorker { name: "load-balancers", cadence_minutes: 15, targets: kinds::LOAD_BALANCERS },
    InventoryWorker { name: "services", cadence_minutes: 60, targets: kinds::SERVICES },
    InventoryWorker { name: "projects", cadence_minutes: 15, targets: &[Target::Projects] },
];

impl InventoryWorker {
    /// Returns the worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// Returns the worker's target with this sync state.
    #[must_use]
    pub fn target(&self, sync_kind: &Kind) -> Option<&'static Target> {
        self.targets.iter().find(|target| target.sync_kind() == *sync_kind)
    }

    /// Returns the interval of the worker's schedule.
    #[must_use]
    pub fn cadence(&self) -> TimeDelta {
        TimeDelta::minutes(self.cadence_minutes)
    }

    /// Returns the minimum time between two strikes unless configured otherwise: half the
    /// schedule's interval.
    #[must_use]
    pub fn strike_interval(&self) -> TimeDelta {
        self.cadence() / 2
    }
}

/// Returns every kind that a worker is the source of truth for.
pub fn mirrored_kinds() -> impl Iterator<Item = &'static MirroredKind> {
    WORKERS.iter().flat_map(|worker| worker.targets).filter_map(Target::mirrored)
}

/// Returns how a kind is mirrored; `None` for a kind that occurs only in URNs.
#[must_use]
pub fn mirrored(kind: &Kind) -> Option<&'static MirroredKind> {
    mirrored_kinds().find(|mirrored| mirrored.kind() == *kind)
}

/// Returns the kinds of resources that are mirrored, sorted by name.
#[must_use]
pub fn resource_kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = mirrored_kinds().map(MirroredKind::kind).collect();
    kinds.sort();
    kinds
}
