//! Tests of matching: each method of finding the owner of a line, and each reason for not finding
//! one.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod ids;
mod names;
mod reasons;
mod snapshots;

use billing::build_cost_line;
use billing::matching::{Inventory, MatchCandidate};
use chrono::{DateTime, Utc};
use domain::billing::{Charge, CostLine, Existence, ItemId, MatchOutcome, Period};
use domain::{Kind, Money, ProviderId};
use rust_decimal::Decimal;

/// Returns a time in April 2026, by day and hour.
fn april(day: u32, hour: u32) -> DateTime<Utc> {
    format!("2026-04-{day:02}T{hour:02}:00:00Z").parse().unwrap()
}

fn year(year: u32) -> DateTime<Utc> {
    format!("{year}-06-01T00:00:00Z").parse().unwrap()
}

/// Creates a live resource that was created in 2024.
fn live(kind: &str, id: &str, name: &str) -> MatchCandidate {
    MatchCandidate {
        kind: Kind::new(kind).unwrap(),
        provider_id: ProviderId::new(id).unwrap(),
        name: name.to_owned(),
        created_at: Some(year(2024)),
        deleted_at: None,
        parent_kind: None,
    }
}

/// Marks a resource as found deleted at this time.
fn gone(known: MatchCandidate, at: DateTime<Utc>) -> MatchCandidate {
    MatchCandidate { deleted_at: Some(at), ..known }
}

/// Creates a charge for all of April.
fn charge(product: &str, description: &str) -> Charge {
    Charge {
        product: product.to_owned(),
        group_description: None,
        description: description.to_owned(),
        hours: Some(Decimal::from(720)),
        start: Some(april(1, 0)),
        end: Some("2026-05-01T00:00:00Z".parse().unwrap()),
        amount: Money::usd(Decimal::new(600, 2)),
        project_name: None,
        category: None,
    }
}

fn item(resource_id: &str, resource_uuid: &str) -> ItemId {
    let id = |text: &str| ProviderId::new(text).ok();
    ItemId { resource_id: id(resource_id), resource_uuid: id(resource_uuid) }
}

fn line(charge: Charge, item: ItemId, known: &[MatchCandidate]) -> CostLine {
    let inventory: Inventory = known.iter().cloned().collect();
    build_cost_line(1, charge, item, Period::new("2026-04").unwrap(), &inventory)
}

/// Returns the outcome as a text: `<kind> <id> <method> <confidence> [gone]`, or the reason.
fn found(charge: Charge, item: ItemId, known: &[MatchCandidate]) -> String {
    match line(charge, item, known).outcome {
        MatchOutcome::Unmatched(reason) => serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned(),
        MatchOutcome::Matched(found) => {
            let method = serde_json::to_value(found.method).unwrap();
            let gone = if found.existence == Existence::Tombstone { " gone" } else { "" };
            let resource = &found.resource;
            let (kind, id, percent) = (&resource.kind, &resource.provider_id, found.confidence.as_percent());
            format!("{kind} {id} {} {percent}{gone}", method.as_str().unwrap())
        }
    }
}

/// Returns the outcome for a charge without a JSON item.
fn found_by_name(charge: Charge, known: &[MatchCandidate]) -> String {
    found(charge, ItemId::default(), known)
}
