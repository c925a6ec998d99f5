//! The representation of findings.

use chrono::{DateTime, Utc};
use domain::Coverage;
use domain::{Money, Project};
use inventory::findings::{CoverageGapReason, RuleFinding, SkippedRule};
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use crate::http::representation::Tabular;

/// A page of findings, the most expensive first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingList {
    /// The page of findings with its cursor and freshness.
    #[serde(flatten)]
    pub list: List<FindingView>,
    /// Total monthly list price of all findings, including those on other pages; findings without a
    /// price count as zero.
    pub total_price_monthly: Money,
    /// Rules that could not be evaluated, so that their findings are unknown; empty if all rules
    /// were evaluated.
    pub skipped: Vec<SkippedRuleView>,
}

/// A resource that costs money without being used, or that lacks a recommended setting.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// Name of the rule that matched.
    #[schema(value_type = String, example = "unattached_volume")]
    pub rule: &'static str,
    /// Account of the resource.
    #[schema(example = "main")]
    pub account: String,
    /// Kind of the resource.
    #[schema(example = "volume")]
    pub kind: String,
    /// DigitalOcean's id of the resource, unique within its kind.
    #[schema(example = "506f78a4-e098-11e5-ad9f-000f53306ae1")]
    pub provider_id: String,
    /// Name of the resource.
    #[schema(example = "shop-data")]
    pub name: String,
    /// Project that contains the resource.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// Name of that project.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// Tenant that owns the resource now: the one that an operator claimed it for, otherwise the
    /// project's tenant.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Monthly list price that deleting the resource would save; null if nothing would be saved or
    /// no price is known.
    #[schema(required)]
    pub price_monthly: Option<Money>,
    /// Time since when the rule matches; null if the current state does not show it (the resource's
    /// events may).
    #[schema(required)]
    pub since: Option<DateTime<Utc>>,
    /// Age of the resource in days; null if DigitalOcean does not return its creation time.
    #[schema(required, example = 212)]
    pub age_days: Option<i64>,
    /// Explanation of the finding in one sentence.
    #[schema(example = "The volume of 100 GiB is attached to no droplet, and is billed all the same.")]
    pub why: String,
}

/// A rule that could not be evaluated in an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SkippedRule)]
pub struct SkippedRuleView {
    /// Name of the rule.
    #[schema(value_type = String, example = "droplet_without_firewall")]
    pub rule: &'static str,
    /// Account in which the rule was skipped.
    #[schema(example = "main")]
    pub account: String,
    /// Kind whose list is missing or incomplete in the account.
    #[schema(example = "firewall")]
    pub kind: String,
    /// Reason why the kind's list cannot be used: `never` read completely, `not_visible` to the
    /// token, `stale`, read with an `other_token` than the kind that the rule is about, or
    /// `too_many` resources to evaluate.
    #[schema(value_type = String, pattern = "^(never|not_visible|stale|other_token|too_many)$", example = "not_visible")]
    pub reason: CoverageGapReason,
}

impl FindingList {
    /// Combines a page with the total price and the skipped rules, which cover all pages.
    #[must_use]
    pub fn new(list: List<FindingView>, all: &[RuleFinding], skipped: Vec<SkippedRule>) -> Self {
        let prices = all.iter().filter_map(|finding| finding.price_monthly);
        let total = Money::usd(prices.map(|price| price.amount).sum());
        Self { list, total_price_monthly: total, skipped: skipped.into_iter().map(Into::into).collect() }
    }
}

impl Tabular for FindingList {
    type Row = FindingView;

    fn page(&self) -> (&[FindingView], Option<&str>, Coverage) {
        self.list.page()
    }
}

impl FindingView {
    /// Represents a finding of a resource in this project. Without a project that the caller may
    /// see, the project's fields are null.
    #[must_use]
    pub fn new(finding: RuleFinding, project: Option<&Project>) -> Self {
        let project_tenant = project.and_then(|project| project.tenant_id.clone());
        Self {
            rule: finding.rule,
            account: finding.key.account.into(),
            kind: finding.key.kind.into(),
            provider_id: finding.key.provider_id.into(),
            name: finding.name,
            project_id: project.map(|project| project.id.to_string()),
            project_name: project.map(|project| project.facts.name.clone()),
            tenant_id: finding.claimed_tenant.or(project_tenant).map(Into::into),
            price_monthly: finding.price_monthly,
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
