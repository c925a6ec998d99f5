//! Whose a line is.
//!
//! [`match_charge`] looks for the resource that a charge was for among those that are known, gone ones included:
//!
//! 1. by the id of the JSON item, where there is one;
//! 2. by the group of the charge (Kubernetes, databases);
//! 3. by the name in the description, of the resource itself or of the droplet that it belongs to;
//! 4. a snapshot also by a name that is near enough ([`fuzzy`]).
//!
//! A name finds only what was there in the time charged for, and where it finds several it finds none: an ambiguity is
//! never a match.
//!
//! | method | confidence, in percent |
//! |---|---|
//! | id | 100 |
//! | group, name | 95 |
//! | parent name | 90 |
//! | near name | 10 less than the names are alike |
//! | any but an id, and the resource is gone | 5 less |

mod candidate;
pub mod fuzzy;
mod inventory;
mod matcher;
mod names;
mod parsed_name;
mod selection;

use domain::billing::{
    Charge, Confidence, Existence, ItemId, Match, MatchMethod, MatchOutcome, MatchedResource, Period, UnmatchedReason,
};

use crate::classify::Classification;
pub use candidate::MatchCandidate;
pub use inventory::Inventory;
use matcher::{Matcher, SearchResult};
use selection::ChargePeriod;

/// Whose a charge is, or why that cannot be said.
///
/// The reasons, in the order in which they are asked for:
/// - `unknown_product`: no rule knows the product, and no UUID of the item is a known resource's;
/// - `name_variance`: resources are known that were there and that it may name, but not exactly one that is near
///   enough;
/// - `tax`, `credit`, `account_level`: what the rule says of what has no owner;
/// - `destroyed_before_first_sync`: nothing that is known, live or gone, is like what it names. That is so of all that
///   was gone before the first sweep of its kind. What came and went between two sweeps, or is hidden from the token,
///   cannot be told from it.
#[must_use]
pub fn match_charge(
    charge: &Charge,
    item: &ItemId,
    class: &Classification,
    period: Period,
    inventory: &Inventory,
) -> MatchOutcome {
    let Some(rule) = class.rule else {
        let known = item.resource_uuid.as_ref().and_then(|uuid| inventory.with_uuid(uuid));
        return known.map_or(MatchOutcome::Unmatched(UnmatchedReason::UnknownProduct), |known| {
            matched(known, MatchMethod::Id, Confidence::CERTAIN)
        });
    };
    let matcher = Matcher { charge, item, rule, charge_period: ChargePeriod::new(charge, period), inventory };
    match matcher.find() {
        SearchResult::Found(known, method, similarity) => matched(known, method, confidence(method, similarity)),
        SearchResult::Ambiguous => MatchOutcome::Unmatched(UnmatchedReason::NameVariance),
        SearchResult::NotFound => {
            MatchOutcome::Unmatched(rule.unmatched_reason.unwrap_or(UnmatchedReason::DestroyedBeforeFirstSync))
        }
    }
}

/// How sure a match is, before it is known whether the resource still is there.
fn confidence(method: MatchMethod, similarity: u8) -> Confidence {
    Confidence::percent(match method {
        MatchMethod::Id => 100,
        MatchMethod::Group | MatchMethod::Name => 95,
        MatchMethod::ParentName => 90,
        MatchMethod::FuzzyName => similarity.saturating_sub(10),
    })
}

fn matched(known: &MatchCandidate, method: MatchMethod, confidence: Confidence) -> MatchOutcome {
    let existence = if known.is_live() { Existence::Live } else { Existence::Tombstone };
    let less = if existence == Existence::Tombstone && method != MatchMethod::Id { 5 } else { 0 };
    MatchOutcome::Matched(Match {
        resource: MatchedResource {
            kind: known.kind.clone(),
            provider_id: known.provider_id.clone(),
            name: known.name.clone(),
        },
        method,
        confidence: Confidence::percent(confidence.as_percent().saturating_sub(less)),
        existence,
    })
}
