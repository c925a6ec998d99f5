//! Matching: finds the resource that owns a line.
//!
//! [`match_charge`] searches for the resource of a charge in the inventory, deleted resources
//! included:
//!
//! 1. by the id of the JSON item, where there is one;
//! 2. by the group of the charge (Kubernetes, databases);
//! 3. by the name in the description, either of the resource itself or of the droplet that it
//!    belongs to;
//! 4. for a snapshot, also by a similar name ([`fuzzy`]).
//!
//! A name matches only resources that existed in the time charged for. If several match, none is
//! taken: an ambiguity is never a match.
//!
//! | method | confidence, in percent |
//! |---|---|
//! | id | 100 |
//! | group, name | 95 |
//! | parent name | 90 |
//! | fuzzy name | the similarity of the names less 10 |
//! | any but an id, and the resource is deleted | 5 less |

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

/// Finds the resource that owns a charge, or the reason why none can be determined.
///
/// The reasons, in the order in which they are tried:
/// - `unknown_product`: no rule covers the product, and the item's UUID is not that of a known
///   resource;
/// - `name_variance`: there are resources that existed then and that the charge may name, but not
///   exactly one that is similar enough;
/// - `tax`, `credit`, `account_level`: the reason that the rule gives for a product without an
///   owner;
/// - `destroyed_before_first_sync`: no resource of the inventory, live or deleted, resembles the
///   name on the charge. This is so for every resource that was deleted before the first sweep of
///   its kind. Resources that were created and deleted between two sweeps, or are hidden from the
///   token, get the same reason, because they cannot be distinguished.
#[must_use]
pub fn match_charge(
    charge: &Charge,
    item: &ItemId,
    class: &Classification,
    period: Period,
    inventory: &Inventory,
) -> MatchOutcome {
    let Some(rule) = class.rule else {
        let candidate = item.resource_uuid.as_ref().and_then(|uuid| inventory.with_uuid(uuid));
        return candidate.map_or(MatchOutcome::Unmatched(UnmatchedReason::UnknownProduct), |candidate| {
            matched(candidate, MatchMethod::Id, Confidence::CERTAIN)
        });
    };
    let matcher = Matcher { charge, item, rule, charge_period: ChargePeriod::new(charge, period), inventory };
    match matcher.find() {
        SearchResult::Found(candidate, method, similarity) => {
            matched(candidate, method, confidence(method, similarity))
        }
        SearchResult::Ambiguous => MatchOutcome::Unmatched(UnmatchedReason::NameVariance),
        SearchResult::NotFound => {
            MatchOutcome::Unmatched(rule.unmatched_reason.unwrap_or(UnmatchedReason::DestroyedBeforeFirstSync))
        }
    }
}

/// Returns the confidence of a match, before the deduction for a deleted resource.
fn confidence(method: MatchMethod, similarity: u8) -> Confidence {
    Confidence::percent(match method {
        MatchMethod::Id => 100,
        MatchMethod::Group | MatchMethod::Name => 95,
        MatchMethod::ParentName => 90,
        MatchMethod::FuzzyName => similarity.saturating_sub(10),
    })
}

fn matched(candidate: &MatchCandidate, method: MatchMethod, confidence: Confidence) -> MatchOutcome {
    let existence = if candidate.is_live() { Existence::Live } else { Existence::Tombstone };
    let deduction = if existence == Existence::Tombstone && method != MatchMethod::Id { 5 } else { 0 };
    MatchOutcome::Matched(Match {
        resource: MatchedResource {
            kind: candidate.kind.clone(),
            provider_id: candidate.provider_id.clone(),
            name: candidate.name.clone(),
        },
        method,
        confidence: Confidence::percent(confidence.as_percent().saturating_sub(deduction)),
        existence,
    })
}
