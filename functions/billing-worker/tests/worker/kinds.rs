//! Billing and the inventory use the same kinds.

use billing::classify::{RULES, Search};
use billing_worker::owner_kinds;
use domain::billing::UnmatchedReason;
use inventory::resource_kinds;

/// A line that must have an owner can only have one of a mirrored kind. Kinds that are known only
/// from URNs, or not at all, may be at account level.
#[test]
fn kinds_that_must_have_an_owner_are_mirrored() {
    for rule in RULES.iter().filter(|rule| rule.search != Search::NoOwner) {
        let mirrored = resource_kinds().contains(&rule.kind);
        let account_level = rule.unmatched_reason == Some(UnmatchedReason::AccountLevel);
        assert!(mirrored || account_level, "{}: no worker mirrors {}", rule.product, rule.kind);
    }
}

#[test]
fn owner_kinds_cover_every_kind_that_a_rule_names() {
    let kinds = owner_kinds();
    for rule in RULES {
        let owner = match rule.search {
            Search::NoOwner => None,
            Search::ParentDroplet => Some("droplet"),
            _ => Some(rule.kind.as_str()),
        };
        assert!(owner.is_none_or(|owner| kinds.iter().any(|kind| kind.as_str() == owner)), "{}", rule.product);
    }
    assert!(!kinds.iter().any(|kind| kind.as_str() == "tax"), "kinds without an owner are not searched");
}
