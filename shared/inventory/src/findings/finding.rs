//! The finding of a rule about a resource.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Money, ProjectId, Resource, ResourceKey, TenantId};
use rust_decimal::Decimal;

/// The finding of a rule about a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFinding {
    /// The rule's name, as in the API.
    pub rule: &'static str,
    /// The resource that the finding is about.
    pub key: ResourceKey,
    /// The resource's name at DigitalOcean.
    pub name: String,
    /// The project that the resource is in, where one is known.
    pub project_id: Option<ProjectId>,
    /// The tenant that an operator assigned the resource to, regardless of its project.
    pub claimed_tenant: Option<TenantId>,
    /// The monthly list price that would be saved by deleting the resource; `None` if nothing is
    /// saved or no price is known.
    pub price_monthly: Option<Money>,
    /// The time since which the finding holds, where the resource's current facts tell.
    pub since: Option<DateTime<Utc>>,
    /// The resource's age in whole days, where DigitalOcean tells when it was created.
    pub age_days: Option<i64>,
    /// The explanation of the finding, in one sentence for people.
    pub why: String,
}

impl RuleFinding {
    pub(super) fn new(rule: &'static str, resource: &Resource, matched: RuleMatch, now: DateTime<Utc>) -> Self {
        let RuleMatch { saves, since, why } = matched;
        Self {
            rule,
            key: resource.key.clone(),
            name: resource.facts.name.clone(),
            project_id: resource.project_id.clone(),
            claimed_tenant: resource.claimed_tenant().cloned(),
            price_monthly: saves,
            since,
            age_days: resource.facts.created_at.map(|made| days(now - made)),
            why,
        }
    }

    /// Returns the sort key of findings: the most expensive first, those without a price last, then
    /// by resource and rule. No two findings have the same key.
    #[must_use]
    pub fn order(&self) -> (Reverse<Option<Decimal>>, &ResourceKey, &str) {
        (Reverse(self.price_monthly.map(|price| price.amount)), &self.key, self.rule)
    }
}

/// The match of a rule: the data of a finding that depends on the rule.
pub(super) struct RuleMatch {
    saves: Option<Money>,
    since: Option<DateTime<Utc>>,
    why: String,
}

impl RuleMatch {
    /// Creates a match with this explanation; nothing would be saved by deleting the resource.
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { saves: None, since: None, why: why.into() }
    }

    /// Adds the saving: the resource's monthly price.
    pub(super) fn saving(self, resource: &Resource) -> Self {
        Self { saves: resource.facts.price_monthly, ..self }
    }

    /// Adds the time since which the finding holds.
    pub(super) fn since(self, since: DateTime<Utc>) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// Returns the number of whole days, at least 0.
pub(super) fn days(time: TimeDelta) -> i64 {
    time.num_days().max(0)
}

/// Formats a number of days as text.
pub(super) fn in_days(count: i64) -> String {
    match count {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        count => format!("{count} days"),
    }
}
