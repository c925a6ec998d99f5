//! Findings: what costs money for nothing, and what lacks what it should have.
//!
//! The rules are pure, and each looks at one resource, so that an account's need not be held at once; what it asks of the rest of the
//! account is in the [`RuleContext`]. A failure is never an absence: a rule is judged only where every kind that it rests on is known
//! whole ([`coverage`]), and where it is not, the answer names it. The [`Evaluation`] reads for them.

mod certificates;
mod context;
pub mod coverage;
mod droplets;
mod evaluation;
mod finding;
mod networking;
mod storage;

use chrono::{DateTime, Utc};
use domain::Resource;

use crate::kinds::{self, MirroredKind};
use finding::RuleMatch;

pub use context::RuleContext;
pub use coverage::{CoverageGap, CoverageGapReason};
pub use evaluation::{Evaluation, SkippedRule};
pub use finding::RuleFinding;

/// What may be found of a kind.
#[derive(Clone, Copy)]
pub struct FindingRule {
    /// Its name, as in the API.
    pub name: &'static str,
    /// The kind that it speaks of.
    pub subject_kind: &'static dyn MirroredKind,
    /// What else must be known whole, with the same token: other kinds that it asks about, and those without whose scope DigitalOcean
    /// leaves out fields that it reads.
    pub depends_on: &'static [&'static dyn MirroredKind],
    evaluate: fn(&Subject<'_>) -> Option<RuleMatch>,
}

/// Every rule.
///
/// The scopes that fields need are in the API's specification: `reserved_ip.droplet` and `firewall.droplet_ids` need `droplet:read`, tags
/// need `tag:read`. Of the droplets of volumes and load balancers it says nothing; they are taken to need `droplet:read` as well.
/// <https://docs.digitalocean.com/reference/api/digitalocean/>
pub const RULES: &[FindingRule] = &[
    FindingRule {
        name: "unattached_volume",
        subject_kind: &kinds::VOLUME,
        depends_on: &[&kinds::DROPLET],
        evaluate: storage::unattached_volume,
    },
    FindingRule {
        name: "old_snapshot",
        subject_kind: &kinds::SNAPSHOT,
        depends_on: &[],
        evaluate: storage::old_snapshot,
    },
    FindingRule {
        name: "unassigned_reserved_ip",
        subject_kind: &kinds::FLOATING_IP,
        depends_on: &[&kinds::DROPLET],
        evaluate: networking::unassigned_reserved_ip,
    },
    FindingRule {
        name: "load_balancer_without_backends",
        subject_kind: &kinds::LOAD_BALANCER,
        depends_on: &[&kinds::DROPLET],
        evaluate: networking::load_balancer_without_backends,
    },
    FindingRule {
        name: "powered_off_droplet",
        subject_kind: &kinds::DROPLET,
        depends_on: &[],
        evaluate: droplets::powered_off,
    },
    FindingRule {
        name: "droplet_without_backups",
        subject_kind: &kinds::DROPLET,
        depends_on: &[&kinds::TAG],
        evaluate: droplets::without_backups,
    },
    FindingRule {
        name: "droplet_without_firewall",
        subject_kind: &kinds::DROPLET,
        depends_on: &[&kinds::FIREWALL, &kinds::TAG],
        evaluate: droplets::without_firewall,
    },
    FindingRule {
        name: "certificate_near_expiry",
        subject_kind: &kinds::CERTIFICATE,
        depends_on: &[],
        evaluate: certificates::near_expiry,
    },
];

/// What a rule looks at.
struct Subject<'a> {
    resource: &'a Resource,
    context: &'a RuleContext,
    now: DateTime<Utc>,
}

impl std::fmt::Debug for FindingRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindingRule").field("name", &self.name).finish_non_exhaustive()
    }
}

impl FindingRule {
    /// The rule of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// Every kind that must be known whole for it to be judged; the one that it speaks of first.
    pub fn needs(&self) -> impl Iterator<Item = &'static dyn MirroredKind> {
        std::iter::once(self.subject_kind).chain(self.depends_on.iter().copied())
    }

    /// What it finds of a live resource, if anything: nothing of another kind.
    #[must_use]
    pub fn finds(&self, resource: &Resource, context: &RuleContext, now: DateTime<Utc>) -> Option<RuleFinding> {
        if resource.key.kind != self.subject_kind.kind() || !resource.is_live() {
            return None;
        }
        let matched = (self.evaluate)(&Subject { resource, context, now })?;
        Some(RuleFinding::new(self.name, resource, matched, now))
    }
}
