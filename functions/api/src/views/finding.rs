//! Findings.

use chrono::{DateTime, Utc};
use domain::{Money, Project};
use inventory::findings::{CoverageGapReason, RuleFinding, SkippedRule};
use serde::Serialize;
use utoipa::ToSchema;

use super::{List, Price};
use crate::freshness::Coverage;
use crate::representation::Tabular;

/// A page of findings, the dearest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingList {
    /// The page.
    #[serde(flatten)]
    pub list: List<FindingView>,
    /// What all findings cost a month, those on other pages too, as far as they have a price.
    pub total_price_monthly: Price,
    /// Rules that could not be judged: what they would find is not known. Empty where all could.
    pub skipped: Vec<SkippedRuleView>,
}

/// What costs money for nothing, or lacks what it should have.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// The rule that found it.
    #[schema(value_type = String, example = "unattached_volume")]
    pub rule: &'static str,
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The resource's kind.
    #[schema(example = "volume")]
    pub kind: String,
    /// The resource's id within its kind.
    #[schema(example = "506f78a4-e098-11e5-ad9f-000f53306ae1")]
    pub provider_id: String,
    /// The resource's name.
    #[schema(example = "shop-data")]
    pub name: String,
    /// The project it is in.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// That project's name.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// The tenant it belongs to now: the one that an operator claimed it for, else its project's.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// What it costs a month by list price, and would no longer cost if it were gone; null where nothing is saved or no price is known.
    #[schema(required)]
    pub price_monthly: Option<Price>,
    /// Since when it is so; null where what the resource is now does not tell: its events may.
    #[schema(required)]
    pub since: Option<DateTime<Utc>>,
    /// How old the resource is, in days; null where DigitalOcean does not tell when it was made.
    #[schema(required, example = 212)]
    pub age_days: Option<i64>,
    /// Why, in one sentence for people.
    #[schema(example = "The volume of 100 GiB is attached to no droplet, and is billed all the same.")]
    pub why: String,
}

/// A rule that could not be judged in an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SkippedRule)]
pub struct SkippedRuleView {
    /// The rule.
    #[schema(value_type = String, example = "droplet_without_firewall")]
    pub rule: &'static str,
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The kind that is not known whole there.
    #[schema(example = "firewall")]
    pub kind: String,
    /// Why: `never` read whole, `not_visible` to the token, `stale`, read with an `other_token` than the kind that the rule speaks of, or
    /// `too_many` to look at all of it.
    #[schema(value_type = String, pattern = "^(never|not_visible|stale|other_token|too_many)$", example = "not_visible")]
    pub reason: CoverageGapReason,
}

impl FindingList {
    /// A page of findings with what holds for all of them.
    #[must_use]
    pub fn new(list: List<FindingView>, all: &[RuleFinding], skipped: Vec<SkippedRule>) -> Self {
        let prices = all.iter().filter_map(|finding| finding.price_monthly);
        let total = Money::usd(prices.map(|price| price.amount).sum());
        Self { list, total_price_monthly: total.into(), skipped: skipped.into_iter().map(Into::into).collect() }
    }
}

impl Tabular for FindingList {
    type Row = FindingView;

    fn rows(&self) -> &[FindingView] {
        self.list.rows()
    }

    fn next_cursor(&self) -> Option<&str> {
        Tabular::next_cursor(&self.list)
    }

    fn coverage(&self) -> Coverage {
        self.list.coverage()
    }
}

impl FindingView {
    /// The finding as the resource's project makes it read; without a project that may be named, none is.
    #[must_use]
    pub fn new(finding: RuleFinding, project: Option<&Project>) -> Self {
        let of_the_project = project.and_then(|project| project.tenant_id.clone());
        Self {
            rule: finding.rule,
            account: finding.key.account.into(),
            kind: finding.key.kind.into(),
            provider_id: finding.key.provider_id.into(),
            name: finding.name,
            project_id: project.map(|project| project.id.to_string()),
            project_name: project.map(|project| project.facts.name.clone()),
            tenant_id: finding.claimed_tenant.or(of_the_project).map(Into::into),
            price_monthly: finding.price_monthly.map(Into::into),
            since: finding.since,
            age_days: finding.age_days,
            why: finding.why,
        }
    }
}

impl From<SkippedRule> for SkippedRuleView {
    fn from(SkippedRule { account, rule, gap }: SkippedRule) -> Self {
        Self { rule, account: account.into(), kind: gap.kind.into(), reason: gap.reason }
    }
}
