//! Findings: resources that cost money without being used, and resources that lack a protection
//! they should have.
//!
//! A rule is a pure function of one resource, so that the resources of an account need not be in
//! memory at once. The facts that it needs about other resources of the account are in the
//! [`RuleContext`]. Data that could not be read is never treated as absent: a rule is evaluated
//! only if every kind that it depends on was listed completely ([`coverage`]); otherwise the
//! response names the rule and the kind. The [`Evaluation`] reads the resources and runs the rules.

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

use crate::kind::MirroredKind;
use crate::kinds;
use finding::RuleMatch;

pub use context::RuleContext;
pub use coverage::{CoverageGap, CoverageGapReason};
pub use evaluation::{Evaluation, SkippedRule};
pub use finding::RuleFinding;

/// A rule that produces findings about one kind of resource.
#[derive(Clone, Copy)]
pub struct FindingRule {
    /// The rule's name, as in the API.
    pub name: &'static str,
    /// The kind of resource that the rule checks.
    pub subject_kind: &'static MirroredKind,
    /// The other kinds that must be listed completely, with the same token: those that the rule
    /// reads, and those without whose scope DigitalOcean leaves out fields that the rule reads.
    pub depends_on: &'static [&'static MirroredKind],
    evaluate: fn(&Subject<'_>) -> Option<RuleMatch>,
}

/// The list of all rules.
///
/// The scopes that fields need are in the API's specification: `reserved_ip.droplet` and
/// `firewall.droplet_ids` need `droplet:read`, tags need `tag:read`. It says nothing of the
/// droplets of volumes and load balancers; they are assumed to need `droplet:read` as well.
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

/// The input of a rule.
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
    /// Returns the rule of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// Returns every kind that must be listed completely before the rule is evaluated; the kind
    /// that it checks comes first.
    pub fn needs(&self) -> impl Iterator<Item = &'static MirroredKind> {
        std::iter::once(self.subject_kind).chain(self.depends_on.iter().copied())
    }

    /// Evaluates the rule for a resource. `None` if it does not match, or if the resource is of
    /// another kind or deleted.
    #[must_use]
    pub fn finds(&self, resource: &Resource, context: &RuleContext, now: DateTime<Utc>) -> Option<RuleFinding> {
        if resource.key.kind != self.subject_kind.kind() || !resource.is_live() {
            return None;
        }
        let matched = (self.evaluate)(&Subject { resource, context, now })?;
        Some(RuleFinding::new(self.name, resource, matched, now))
    }
}
