//! The workers: what each mirrors, and how often.

use chrono::TimeDelta;
use domain::Kind;

use crate::kinds::{self, ChildKind, ListedKind, MirroredKind};

/// The lane of the projects themselves. Not a resource kind: projects are records of their own.
pub const PROJECT: Kind = Kind::from_static("project");
/// The lane of the quick look at droplets.
pub const DROPLET_FAST: Kind = Kind::from_static("droplet_fast");

/// What one sweep of a worker is about: each target has a lane, a lease and receipts of its own.
#[derive(Clone, Copy)]
pub enum Target {
    /// Projects, and what is in them.
    Projects,
    /// The status and addresses of droplets that are known already.
    FastDroplets,
    /// Resources of one kind, listed at once.
    Listed(&'static dyn ListedKind),
    /// Resources of one kind, listed parent by parent.
    Children(&'static dyn ChildKind),
}

/// A worker: one Lambda function, one queue, one schedule.
#[derive(Clone, Copy)]
pub struct InventoryWorker {
    /// Its name, as in `WORKER`, in its queue's name and in `POST /sync/{worker}`.
    pub name: &'static str,
    /// How often its schedule ticks, in minutes.
    pub cadence_minutes: i64,
    /// What it mirrors, one after the other.
    pub targets: &'static [Target],
}

/// Every worker. `template.yaml` has a block for each; a test keeps the two the same.
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

/// What the worker `services` mirrors: every kind without a worker of its own, each in a lane of its own.
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
    /// The kind that its lane and its receipts are under.
    #[must_use]
    pub fn sync_kind(&self) -> Kind {
        match self {
            Self::Projects => PROJECT,
            Self::FastDroplets => DROPLET_FAST,
            Self::Listed(kind) => kind.kind(),
            Self::Children(kind) => kind.kind(),
        }
    }

    /// The kind of resources that it is the source of truth for.
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
    /// The worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// Its target with this lane.
    #[must_use]
    pub fn target(&self, sync_kind: &Kind) -> Option<&'static Target> {
        self.targets.iter().find(|target| target.sync_kind() == *sync_kind)
    }

    /// How often its schedule ticks.
    #[must_use]
    pub fn cadence(&self) -> TimeDelta {
        TimeDelta::minutes(self.cadence_minutes)
    }

    /// The least time between two strikes unless configured otherwise: half the cadence.
    #[must_use]
    pub fn strike_interval(&self) -> TimeDelta {
        self.cadence() / 2
    }
}

/// Every kind that a worker is the source of truth for.
pub fn mirrored_kinds() -> impl Iterator<Item = &'static dyn MirroredKind> {
    WORKERS.iter().flat_map(|worker| worker.targets).filter_map(Target::mirrored)
}

/// How a kind is mirrored; `None` for one that only URNs speak of.
#[must_use]
pub fn mirrored(kind: &Kind) -> Option<&'static dyn MirroredKind> {
    mirrored_kinds().find(|mirrored| mirrored.kind() == *kind)
}

/// The kinds of resources that are mirrored, in the order of their names.
#[must_use]
pub fn resource_kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = mirrored_kinds().map(MirroredKind::kind).collect();
    kinds.sort();
    kinds
}
