//! The workers: the targets that each one mirrors, and how often.

use chrono::TimeDelta;
use domain::Kind;

use crate::kinds::{self, ChildKind, ListedKind, MirroredKind};

/// The sync state of the projects. It is not a kind of resource, because projects have records of
/// their own.
pub const PROJECT: Kind = Kind::from_static("project");
/// The sync state of the fast poll of droplets.
pub const DROPLET_FAST: Kind = Kind::from_static("droplet_fast");

/// The target of one sweep. Each target has a sync state, a lease and receipts of its own.
#[derive(Clone, Copy)]
pub enum Target {
    /// Projects, and the resources that they list.
    Projects,
    /// The status and addresses of known droplets (fast poll).
    FastDroplets,
    /// Resources of one kind that has a list of its own.
    Listed(&'static dyn ListedKind),
    /// Resources of one kind that is listed parent by parent.
    Children(&'static dyn ChildKind),
}

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
    InventoryWorker { name: "droplets", cadence_minutes: 15, targets: &[Target::Listed(&kinds::DROPLET)] },
    InventoryWorker { name: "droplets-fast", cadence_minutes: 1, targets: &[Target::FastDroplets] },
    InventoryWorker { name: "domains", cadence_minutes: 15, targets: &[Target::Listed(&kinds::DNS_ZONE)] },
    InventoryWorker { name: "volumes", cadence_minutes: 15, targets: &[Target::Listed(&kinds::VOLUME)] },
    InventoryWorker { name: "snapshots", cadence_minutes: 60, targets: &[Target::Listed(&kinds::SNAPSHOT)] },
    InventoryWorker { name: "backups", cadence_minutes: 60, targets: &[Target::Children(&kinds::DROPLET_BACKUP)] },
    InventoryWorker { name: "floating-ips", cadence_minutes: 15, targets: &[Target::Listed(&kinds::FLOATING_IP)] },
    InventoryWorker { name: "firewalls", cadence_minutes: 15, targets: &[Target::Listed(&kinds::FIREWALL)] },
    InventoryWorker { name: "load-balancers", cadence_minutes: 15, targets: &[Target::Listed(&kinds::LOAD_BALANCER)] },
    InventoryWorker { name: "services", cadence_minutes: 60, targets: SERVICES },
    InventoryWorker { name: "projects", cadence_minutes: 15, targets: &[Target::Projects] },
];

/// The targets of the worker `services`: every kind without a worker of its own, each with its own
/// sync state.
const SERVICES: &[Target] = &[
    Target::Listed(&kinds::APP),
    Target::Listed(&kinds::AUTOSCALE_POOL),
    Target::Listed(&kinds::CDN_ENDPOINT),
    Target::Listed(&kinds::CERTIFICATE),
    Target::Listed(&kinds::CONTAINER_REGISTRY),
    Target::Listed(&kinds::CUSTOM_IMAGE),
    Target::Listed(&kinds::FUNCTIONS_NAMESPACE),
    Target::Listed(&kinds::K8S_CLUSTER),
    Target::Listed(&kinds::MANAGED_DB),
    Target::Listed(&kinds::MONITORING_ALERT),
    Target::Listed(&kinds::NAT_GATEWAY),
    Target::Listed(&kinds::RESERVED_IPV6),
    Target::Listed(&kinds::SPACES_KEY),
    Target::Listed(&kinds::SSH_KEY),
    Target::Listed(&kinds::TAG),
    Target::Listed(&kinds::UPTIME_CHECK),
    Target::Listed(&kinds::VPC),
    Target::Children(&kinds::DNS_RECORD),
];

impl Target {
    /// Returns the kind under which the target's sync state and receipts are stored.
    #[must_use]
    pub fn sync_kind(&self) -> Kind {
        match self {
            Self::Projects => PROJECT,
            Self::FastDroplets => DROPLET_FAST,
            Self::Listed(kind) => kind.kind(),
            Self::Children(kind) => kind.kind(),
        }
    }

    /// Returns the kind of resource that the target is the source of truth for, if any.
    #[must_use]
    pub fn mirrored(&self) -> Option<&'static dyn MirroredKind> {
        match *self {
            Self::Projects | Self::FastDroplets => None,
            Self::Listed(kind) => Some(kind),
            Self::Children(kind) => Some(kind),
        }
    }
}

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
pub fn mirrored_kinds() -> impl Iterator<Item = &'static dyn MirroredKind> {
    WORKERS.iter().flat_map(|worker| worker.targets).filter_map(Target::mirrored)
}

/// Returns how a kind is mirrored; `None` for a kind that occurs only in URNs.
#[must_use]
pub fn mirrored(kind: &Kind) -> Option<&'static dyn MirroredKind> {
    mirrored_kinds().find(|mirrored| mirrored.kind() == *kind)
}

/// Returns the kinds of resources that are mirrored, sorted by name.
#[must_use]
pub fn resource_kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = mirrored_kinds().map(MirroredKind::kind).collect();
    kinds.sort();
    kinds
}
