//! The workers: what each mirrors, and how often.

use chrono::TimeDelta;
use domain::Kind;

use crate::kinds::{DNS_ZONE, DROPLET, MirroredKind};

/// The lane of the projects themselves. Not a resource kind: projects are records of their own.
pub const PROJECT: Kind = Kind::of("project");

/// What a worker does.
#[derive(Clone, Copy)]
pub enum Mirrors {
    /// Projects, and what is in them.
    Projects,
    /// Resources of one kind.
    Kind(&'static dyn MirroredKind),
}

/// A worker: one Lambda function, one queue, one schedule.
#[derive(Clone, Copy)]
pub struct Worker {
    /// Its name, as in `WORKER`, in its queue's name and in `POST /sync/{worker}`.
    pub name: &'static str,
    /// How often its schedule ticks, in minutes.
    pub cadence_minutes: i64,
    /// What it mirrors.
    pub mirrors: Mirrors,
}

/// Every worker. `template.yaml` has a block for each; a test keeps the two the same.
pub const WORKERS: [Worker; 3] = [
    Worker { name: "droplets", cadence_minutes: 15, mirrors: Mirrors::Kind(&DROPLET) },
    Worker { name: "domains", cadence_minutes: 15, mirrors: Mirrors::Kind(&DNS_ZONE) },
    Worker { name: "projects", cadence_minutes: 15, mirrors: Mirrors::Projects },
];

impl Worker {
    /// The worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// The kind its lane and its receipts are under.
    #[must_use]
    pub fn lane(&self) -> Kind {
        match self.mirrors {
            Mirrors::Projects => PROJECT,
            Mirrors::Kind(kind) => kind.kind(),
        }
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

/// The kinds of resources that are mirrored, in the order of their names.
#[must_use]
pub fn resource_kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = WORKERS
        .iter()
        .filter_map(|worker| match worker.mirrors {
            Mirrors::Kind(kind) => Some(kind.kind()),
            Mirrors::Projects => None,
        })
        .collect();
    kinds.sort();
    kinds
}
