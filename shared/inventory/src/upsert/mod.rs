//! The one chokepoint through which every resource row changes: pure decisions on the row as it is and what was seen.
//!
//! Whatever a sweep believed when it planned, the row decides: each function takes the row as it is now and says what to write, or that
//! nothing is to be written. Deciding again after a lost race, a crash or a duplicate message therefore ends in the same place.

mod observation_context;
mod placement;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{EventType, Expected, Resource, ResourceEvent, ResourceFacts, ResourceKey, Strikes};
use store::ResourceWrite;

use crate::facts::changed_fields;

pub use observation_context::ObservationContext;
pub use placement::{Claim, Placement, PlacementStart, claimed, placed};

/// A tombstone whose creation time cannot be compared is the same resource when it is seen again within this time.
pub const SAME_RESOURCE_WITHIN: TimeDelta = TimeDelta::days(7);

/// What a decision does to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpsertEffect {
    /// A row for what was never seen.
    Discovered,
    /// Other facts.
    Updated,
    /// One strike more.
    Struck,
    /// Seen again before the third strike.
    Returned,
    /// Found gone.
    Deleted,
    /// A tombstone lives again.
    Restored,
    /// Another project.
    Attributed,
}

/// A write and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpsertDecision {
    /// What to write.
    pub write: ResourceWrite,
    /// What that does.
    pub effect: UpsertEffect,
}

/// The resource was listed with these facts.
#[must_use]
pub fn seen(
    row: Option<&Resource>,
    key: &ResourceKey,
    facts: &ResourceFacts,
    context: ObservationContext<'_>,
) -> Option<UpsertDecision> {
    let Some(row) = row else { return Some(discover(key, facts, None, context)) };
    match (row.is_live(), same_resource(row, facts, context.at)) {
        (true, true) => seen_live(row, facts, context),
        (true, false) => Some(replace(row, facts, context)),
        (false, true) => Some(restore(row, facts, context)),
        (false, false) => Some(discover(key, facts, Some(row), context)),
    }
}

/// A complete list left the resource out. `None` while the last strike is younger than `strike_interval`: duplicate ticks must not kill.
#[must_use]
pub fn missed(
    row: &Resource,
    strike_interval: TimeDelta,
    last_complete_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Option<UpsertDecision> {
    if !row.is_live() {
        return None;
    }
    let strikes = Strikes::next(row.strikes, strike_interval, at)?;
    let mut row = next(row);
    // The first miss freezes when it was last seen; later receipts no longer speak for it.
    row.last_seen_at = row.last_seen(last_complete_at);
    row.strikes = Some(strikes);
    Some(decision(row, Vec::new(), UpsertEffect::Struck))
}

/// DigitalOcean said that the resource exists although the list left it out.
#[must_use]
pub fn still_there(row: &Resource, at: DateTime<Utc>) -> Option<UpsertDecision> {
    if !row.is_live() || row.strikes.is_none() {
        return None;
    }
    let mut row = next(row);
    row.last_seen_at = at;
    row.strikes = None;
    Some(decision(row, Vec::new(), UpsertEffect::Returned))
}

/// The third strike is due (or was given) and DigitalOcean said that the resource is gone.
#[must_use]
pub fn gone(row: &Resource, context: ObservationContext<'_>) -> Option<UpsertDecision> {
    if !row.is_live() {
        return None;
    }
    let strikes = Strikes::final_strike(row.strikes, context.at)?;
    let mut row = next(row);
    row.deleted_at = Some(context.at);
    row.strikes = Some(strikes);
    let cause = context.cause_of(&row.key, &Expected::Disappearance);
    let event = context.event(&row, (EventType::Deleted, cause), Vec::new());
    Some(decision(row, vec![event], UpsertEffect::Deleted))
}

/// The quick look saw a droplet that is known: only what changes from minute to minute is taken over, and only where nothing speaks
/// against the row; everything else is the full sweep's.
#[must_use]
pub fn partial_update(
    row: &Resource,
    facts: &ResourceFacts,
    fields: &[&str],
    context: ObservationContext<'_>,
) -> Option<UpsertDecision> {
    if !row.is_live() || row.strikes.is_some() || !same_resource(row, facts, context.at) {
        return None;
    }
    let mut partial_update = row.facts.clone();
    for field in fields {
        match field.strip_prefix("attrs.") {
            None if *field == "status" => partial_update.status.clone_from(&facts.status),
            None => {}
            Some(name) => match facts.attrs.get(name) {
                Some(value) => _ = partial_update.attrs.insert(name.to_owned(), value.clone()),
                None => _ = partial_update.attrs.remove(name),
            },
        }
    }
    seen_live(row, &partial_update, context)
}

fn seen_live(row: &Resource, facts: &ResourceFacts, context: ObservationContext<'_>) -> Option<UpsertDecision> {
    let fingerprint = facts.fingerprint();
    let struck = row.strikes.is_some();
    if fingerprint == row.fingerprint {
        return if struck { still_there(row, context.at) } else { None };
    }
    let changes = changed_fields(&row.facts, facts);
    let explained = context.explain(&row.key, &changes);
    let mut row = next(row);
    row.last_seen_at = context.at;
    row.strikes = None;
    row.facts = facts.clone();
    row.fingerprint = fingerprint;
    let event = context.event(&row, explained, changes);
    Some(decision(row, vec![event], UpsertEffect::Updated))
}

fn discover(
    key: &ResourceKey,
    facts: &ResourceFacts,
    former: Option<&Resource>,
    context: ObservationContext<'_>,
) -> UpsertDecision {
    let row = Resource {
        key: key.clone(),
        fingerprint: facts.fingerprint(),
        facts: facts.clone(),
        version: former.map_or(0, |former| former.version) + 1,
        incarnation: former.map_or(0, |former| former.incarnation) + 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: context.at,
        last_seen_at: context.at,
        strikes: None,
        deleted_at: None,
    };
    // Everything is new: folding a resource's events gives what is known of it.
    let changes = changed_fields(&ResourceFacts::default(), facts);
    let cause = context.cause_of(key, &Expected::Appearance);
    let event = context.event(&row, (EventType::Discovered, cause), changes);
    let before = former.map(|former| former.version);
    UpsertDecision { write: ResourceWrite { before, row, events: vec![event] }, effect: UpsertEffect::Discovered }
}

fn restore(row: &Resource, facts: &ResourceFacts, context: ObservationContext<'_>) -> UpsertDecision {
    let changes = changed_fields(&row.facts, facts);
    let mut row = next(row);
    row.deleted_at = None;
    row.strikes = None;
    row.last_seen_at = context.at;
    row.fingerprint = facts.fingerprint();
    row.facts = facts.clone();
    let cause = context.cause_of(&row.key, &Expected::Appearance);
    let event = context.event(&row, (EventType::Restored, cause), changes);
    decision(row, vec![event], UpsertEffect::Restored)
}

/// The id is alive but DigitalOcean made it at another time: what we knew is gone, and another bears its id.
fn replace(row: &Resource, facts: &ResourceFacts, context: ObservationContext<'_>) -> UpsertDecision {
    let former = next(row);
    let deleted = context.event(&former, (EventType::Deleted, context.sync_cause()), Vec::new());
    let mut decided = discover(&row.key, facts, Some(&former), context);
    decided.write.before = Some(row.version);
    decided.write.events.insert(0, deleted);
    decided
}

/// Whether what is seen now is what the row speaks of, or another bearer of the same id.
fn same_resource(row: &Resource, facts: &ResourceFacts, at: DateTime<Utc>) -> bool {
    match (row.facts.created_at, facts.created_at, row.deleted_at) {
        // To the second: another precision in the answer is no other resource.
        (Some(before), Some(now), _) => before.timestamp() == now.timestamp(),
        (_, _, Some(deleted_at)) => at - deleted_at <= SAME_RESOURCE_WITHIN,
        (_, _, None) => true,
    }
}

fn next(row: &Resource) -> Resource {
    Resource { version: row.version + 1, ..row.clone() }
}

fn decision(row: Resource, events: Vec<ResourceEvent>, effect: UpsertEffect) -> UpsertDecision {
    UpsertDecision { write: ResourceWrite { before: Some(row.version - 1), row, events }, effect }
}
