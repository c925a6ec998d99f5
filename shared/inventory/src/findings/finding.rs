//! What a rule finds of a resource.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Money, ProjectId, Resource, ResourceKey, TenantId};
use rust_decimal::Decimal;

/// What a rule found of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFinding {
    /// The rule's name.
    pub rule: &'static str,
    /// The resource.
    pub key: ResourceKey,
    /// Its name.
    pub name: String,
    /// The project it is in, where one is known.
    pub project_id: Option<ProjectId>,
    /// The tenant that an operator said it belongs to, whatever its project.
    pub claimed_tenant: Option<TenantId>,
    /// What it costs a month by list price and would no longer cost if it were gone; `None` where nothing is saved or no price is known.
    pub price_monthly: Option<Money>,
    /// Since when it is so, where that can be told from what the resource is now.
    pub since: Option<DateTime<Utc>>,
    /// How old the resource is, in whole days, where DigitalOcean tells when it was made.
    pub age_days: Option<i64>,
    /// Why, in one sentence for people.
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

    /// By what findings are ordered: the dearest first, what has no price last, then by resource and rule. No two are alike.
    #[must_use]
    pub fn order(&self) -> (Reverse<Option<Decimal>>, &ResourceKey, &str) {
        (Reverse(self.price_monthly.map(|price| price.amount)), &self.key, self.rule)
    }
}

/// What a rule says of a resource that it finds something of.
pub(super) struct RuleMatch {
    saves: Option<Money>,
    since: Option<DateTime<Utc>>,
    why: String,
}

impl RuleMatch {
    /// For this reason; nothing would be saved.
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { saves: None, since: None, why: why.into() }
    }

    /// The resource's price would be saved.
    pub(super) fn saving(self, resource: &Resource) -> Self {
        Self { saves: resource.facts.price_monthly, ..self }
    }

    /// It has been so since this time.
    pub(super) fn since(self, since: DateTime<Utc>) -> Self {
        Self { since: Some(since), ..self }
    }
}

/// Whole days, never less than none.
pub(super) fn days(time: TimeDelta) -> i64 {
    time.num_days().max(0)
}

/// A number of days in words.
pub(super) fn in_days(count: i64) -> String {
    match count {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        count => format!("{count} days"),
    }
}
