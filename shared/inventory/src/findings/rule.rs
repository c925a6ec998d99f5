//! A rule: what it checks, what it depends on, and how it makes a finding.

use chrono::{DateTime, Utc};
use domain::Resource;

use super::context::RuleContext;
use super::finding::{RuleFinding, RuleMatch};
use crate::kind::MirroredKind;

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
    pub(super) evaluate: fn(&Subject<'_>) -> Option<RuleMatch>,
}

/// The input of a rule.
pub(super) struct Subject<'a> {
    pub(super) resource: &'a Resource,
    pub(super) context: &'a RuleContext,
    pub(super) now: DateTime<Utc>,
}

impl std::fmt::Debug for FindingRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindingRule").field("name", &self.name).finish_non_exhaustive()
    }
}

impl FindingRule {
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
