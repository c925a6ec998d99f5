//! Findings: what costs money for nothing, and what lacks what it should have.
//!
//! The rules are pure, and each looks at one resource, so that an account's need not be held at once; what it asks of the rest of the
//! account is in the [`Surroundings`]. A failure is never an absence: a rule is judged only where every kind that it rests on is known
//! whole ([`known`]), and where it is not, the answer names it. The [`Survey`] reads for them.

mod certificates;
mod droplets;
mod finding;
pub mod known;
mod networking;
mod storage;
mod surroundings;
mod survey;

use chrono::{DateTime, Utc};
use domain::Resource;

use crate::kinds::{self, MirroredKind};
use finding::Verdict;

pub use finding::RuleFinding;
pub use known::{Gap, GapReason};
pub use surroundings::Surroundings;
pub use survey::{Skipped, Survey};

/// What may be found of a kind.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, as in the API.
    pub name: &'static str,
    /// The kind that it speaks of.
    pub about: &'static dyn MirroredKind,
    /// What else must be known whole, with the same token: other kinds that it asks about, and those without whose scope DigitalOcean
    /// leaves out fields that it reads.
    pub rests_on: &'static [&'static dyn MirroredKind],
    judge: fn(&Subject<'_>) -> Option<Verdict>,
}

/// Every rule.
///
/// The scopes that fields need are in the API's specification: `reserved_ip.droplet` and `firewall.droplet_ids` need `droplet:read`, tags
/// need `tag:read`. Of the droplets of volumes and load balancers it says nothing; they are taken to need `droplet:read` as well.
/// <https://docs.digitalocean.com/reference/api/digitalocean/>
pub const RULES: &[Rule] = &[
    Rule {
        name: "unattached_volume",
        about: &kinds::VOLUME,
        rests_on: &[&kinds::DROPLET],
        judge: storage::unattached_volume,
    },
    Rule { name: "old_snapshot", about: &kinds::SNAPSHOT, rests_on: &[], judge: storage::old_snapshot },
    Rule {
        name: "unassigned_reserved_ip",
        about: &kinds::FLOATING_IP,
        rests_on: &[&kinds::DROPLET],
        judge: networking::unassigned_reserved_ip,
    },
    Rule {
        name: "load_balancer_without_backends",
        about: &kinds::LOAD_BALANCER,
        rests_on: &[&kinds::DROPLET],
        judge: networking::load_balancer_without_backends,
    },
    Rule { name: "powered_off_droplet", about: &kinds::DROPLET, rests_on: &[], judge: droplets::powered_off },
    Rule {
        name: "droplet_without_backups",
        about: &kinds::DROPLET,
        rests_on: &[&kinds::TAG],
        judge: droplets::without_backups,
    },
    Rule {
        name: "droplet_without_firewall",
        about: &kinds::DROPLET,
        rests_on: &[&kinds::FIREWALL, &kinds::TAG],
        judge: droplets::without_firewall,
    },
    Rule {
        name: "certificate_near_expiry",
        about: &kinds::CERTIFICATE,
        rests_on: &[],
        judge: certificates::near_expiry,
    },
];

/// What a rule looks at.
struct Subject<'a> {
    resource: &'a Resource,
    surroundings: &'a Surroundings,
    now: DateTime<Utc>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Rule {
    /// The rule of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// Every kind that must be known whole for it to be judged; the one that it speaks of first.
    pub fn needs(&self) -> impl Iterator<Item = &'static dyn MirroredKind> {
        std::iter::once(self.about).chain(self.rests_on.iter().copied())
    }

    /// What it finds of a live resource, if anything: nothing of another kind.
    #[must_use]
    pub fn finds(&self, resource: &Resource, surroundings: &Surroundings, now: DateTime<Utc>) -> Option<RuleFinding> {
        if resource.key.kind != self.about.kind() || !resource.is_live() {
            return None;
        }
        let verdict = (self.judge)(&Subject { resource, surroundings, now })?;
        Some(RuleFinding::new(self.name, resource, verdict, now))
    }
}
