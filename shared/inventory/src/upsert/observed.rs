//! What an observation of a resource does to its record, and which events it makes.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Cause, CauseType, Change, EventType, Expected, ExpectedChange, Resource, ResourceEvent, ResourceFacts, ResourceKey,
    RunId, Strikes,
};
use store::ResourceWrite;

use crate::facts::{changed_fields, tags_alone};

/// The time within which a tombstone and a listed resource with the same id count as the same
/// resource, if their creation times cannot be compared.
pub const SAME_RESOURCE_WITHIN: TimeDelta = TimeDelta::days(7);

/// The effect of a decision on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpsertEffect {
    /// A record was created for a new resource.
    Discovered,
    /// The facts of the resource changed.
    Updated,
    /// The resource got a strike.
    Struck,
    /// The resource was seen again before the third strike.
    Returned,
    /// The resource was recorded as deleted.
    Deleted,
    /// The resource of a tombstone was seen again.
    Restored,
    /// The resource was attributed to another project.
    Attributed,
}

/// A write and its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpsertDecision {
    /// The write, conditional on the version of the record.
    pub write: ResourceWrite,
    /// The effect of the write, for the receipt's counts.
    pub effect: UpsertEffect,
}

/// The context in which a resource was observed.
#[derive(Debug, Clone, Copy)]
pub struct ObservationContext<'a> {
    /// The time of the request to DigitalOcean.
    pub at: DateTime<Utc>,
    /// The run that sent the request.
    pub run: &'a RunId,
    /// The fields of the kind that change by themselves or in daily use.
    pub state_fields: &'a [&'static str],
    /// Changes that this system announced and that may be seen.
    pub expected: &'a [ExpectedChange],
}

impl ObservationContext<'_> {
    pub(super) fn event(&self, row: &Resource, explained: (EventType, Cause), changes: Vec<Change>) -> ResourceEvent {
        let (event_type, cause) = explained;
        ResourceEvent {
            key: row.key.clone(),
            version: row.version,
            incarnation: row.incarnation,
            at: self.at,
            event_type,
            name: row.facts.name.clone(),
            changes,
            cause,
        }
    }

    pub(super) fn sync_cause(&self) -> Cause {
        Cause { kind: CauseType::Sync, id: Some(self.run.to_string()) }
    }

    fn expected_changes_of<'a>(&'a self, key: &'a ResourceKey) -> impl Iterator<Item = &'a ExpectedChange> {
        self.expected.iter().filter(|expected| expected.key == *key && expected.is_valid_at(self.at))
    }

    /// Returns the cause of the appearance or disappearance of a resource: that of the
    /// announcement, or the sweep itself.
    fn cause_of(&self, key: &ResourceKey, what: &Expected) -> Cause {
        let announced = self.expected_changes_of(key).find(|announced| announced.expected == *what);
        announced.map_or_else(|| self.sync_cause(), |announced| announced.cause.clone())
    }

    /// Returns the type and the cause of a change of facts. An announced change has the cause of
    /// its announcement. A change that is not announced is drift, unless it only concerns fields
    /// that change by themselves.
    fn explain(&self, key: &ResourceKey, changes: &[Change]) -> (EventType, Cause) {
        // Tags come and go in daily use, also together with fields that change by themselves.
        let is_state = |change: &Change| change.field == "tags" || self.state_fields.contains(&change.field.as_str());
        let announced = self.expected_changes_of(key).find(|announced| {
            let expected = |change: &Change| announced.expects(change);
            changes.iter().any(expected) && changes.iter().all(|change| expected(change) || is_state(change))
        });
        let tags = tags_alone(changes);
        let event_type = if tags { EventType::Tagged } else { EventType::Updated };
        match announced {
            Some(announced) => (event_type, announced.cause.clone()),
            None if changes.iter().all(is_state) => (event_type, self.sync_cause()),
            None => (EventType::DriftDetected, Cause { kind: CauseType::Outside, id: None }),
        }
    }
}

/// Decides on a resource that was listed with these facts.
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

/// Decides on a resource that a complete list left out. `None` while the last strike is younger
/// than `strike_interval`, because a duplicate run of the schedule must not delete anything.
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
    // The first strike fixes the time when the resource was last seen, because later receipts do
    // not cover it.
    row.last_seen_at = row.last_seen(last_complete_at);
    row.strikes = Some(strikes);
    Some(decision(row, Vec::new(), UpsertEffect::Struck))
}

/// Decides on a resource that DigitalOcean said exists, although the list left it out.
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

/// Decides on a resource that DigitalOcean said is gone. `None` unless the third strike is due or
/// was given.
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

/// Decides on a known droplet that the fast poll saw. Only the given fields are updated, and only
/// if the record is live, has no strikes and is of the same resource. Everything else is left to
/// the full sweep.
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
    // The first event contains every fact, so that replaying a resource's events yields its current
    // facts.
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

/// The id exists, but its resource has another creation time: the known resource is gone, and a new
/// one has its id.
fn replace(row: &Resource, facts: &ResourceFacts, context: ObservationContext<'_>) -> UpsertDecision {
    let former = next(row);
    let deleted = context.event(&former, (EventType::Deleted, context.sync_cause()), Vec::new());
    let mut decided = discover(&row.key, facts, Some(&former), context);
    decided.write.before = Some(row.version);
    decided.write.events.insert(0, deleted);
    decided
}

/// Returns true if the listed resource is the one in the record, and not another one with the same
/// id.
fn same_resource(row: &Resource, facts: &ResourceFacts, at: DateTime<Utc>) -> bool {
    match (row.facts.created_at, facts.created_at, row.deleted_at) {
        // Times are compared to the second, because a different precision in the response does not
        // make a different resource.
        (Some(before), Some(now), _) => before.timestamp() == now.timestamp(),
        (_, _, Some(deleted_at)) => at - deleted_at <= SAME_RESOURCE_WITHIN,
        (_, _, None) => true,
    }
}

pub(super) fn next(row: &Resource) -> Resource {
    Resource { version: row.version + 1, ..row.clone() }
}

pub(super) fn decision(row: Resource, events: Vec<ResourceEvent>, effect: UpsertEffect) -> UpsertDecision {
    UpsertDecision { write: ResourceWrite { before: Some(row.version - 1), row, events }, effect }
}
