//! The findings of each rule, the cases that it must not report, and the cases in which it must not
//! be evaluated. Pure functions only.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod certificates;
mod coverage;
mod droplets;
mod networking;
mod order;
mod storage;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Kind, ProviderId, Resource, ResourceFacts, ResourceKey};
use inventory::findings::{FindingRule, RuleContext, RuleFinding};
use serde_json::{Value, json};

/// The time of every evaluation.
fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-25T12:00:00Z").unwrap().to_utc()
}

/// Returns the time so many days before [`now`].
fn days_ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

/// Creates a live resource with these facts, 10 days old unless they say otherwise; its price is
/// $7.
fn resource(kind: &str, facts: Value) -> Resource {
    let mut all = json!({
        "name": "one", "created_at": days_ago(10), "price_monthly": { "amount": "7.00", "currency": "USD" }
    });
    all.as_object_mut().unwrap().append(&mut serde_json::from_value(facts).unwrap());
    let facts: ResourceFacts = serde_json::from_value(all).unwrap();
    Resource {
        key: ResourceKey {
            account: AccountId::new("main").unwrap(),
            kind: Kind::new(kind).unwrap(),
            provider_id: ProviderId::new("1").unwrap(),
        },
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: days_ago(5),
        last_seen_at: now(),
        strikes: None,
        deleted_at: None,
    }
}

/// Evaluates a rule for a resource, without other resources.
fn find(rule: &str, resource: &Resource) -> Option<RuleFinding> {
    find_among(rule, resource, &[])
}

/// Evaluates a rule for a resource, with these other resources in the account.
fn find_among(rule: &str, resource: &Resource, others: &[Resource]) -> Option<RuleFinding> {
    let mut context = RuleContext::default();
    others.iter().for_each(|other| context.note(other));
    FindingRule::named(rule).unwrap().finds(resource, &context, now())
}

/// Checks the explanation that a rule gives for a resource of the kind with these facts; `None` if
/// there must be no finding.
fn check(rule: &str, kind: &str, cases: &[(Value, Option<&str>)]) {
    for (facts, why) in cases {
        let found = find(rule, &resource(kind, facts.clone()));
        assert_eq!(found.map(|finding| finding.why).as_deref(), *why, "{rule}: {facts}");
    }
}

/// Returns the price and the start of the finding.
fn price_and_since(rule: &str, kind: &str, facts: Value) -> (Option<String>, Option<DateTime<Utc>>) {
    let found = find(rule, &resource(kind, facts)).unwrap();
    (found.price_monthly.map(|price| price.amount.to_string()), found.since)
}
