//! Whose a resource is: what attribution and operators decide about a row.

use chrono::{DateTime, Utc};
use domain::{Attribution, Change, EventType, Interval, ProjectId, Resource, TenantId, begin_interval};
use serde_json::Value;
use store::ResourceWrite;

use super::{ObservationContext, UpsertDecision, UpsertEffect, decision, next};

/// Where a resource belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The project.
    pub project: ProjectId,
    /// How that is known.
    pub attribution: Attribution,
    /// Since when.
    pub since: PlacementStart,
}

/// Since when a resource belongs where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacementStart {
    /// Since this time.
    At(DateTime<Utc>),
    /// As long as its parent; here is where that was, when.
    WithParent(Vec<Interval<ProjectId>>),
    /// As long as it exists, as far as we know.
    WithCreation,
}

/// The resource belongs to this project. What an operator claimed stays where it was put.
#[must_use]
pub fn placed(row: &Resource, placement: &Placement, context: ObservationContext<'_>) -> Option<UpsertDecision> {
    let Placement { project, attribution, since } = placement;
    let in_place = row.project_id.as_ref() == Some(project);
    if !row.is_live()
        || row.attribution == Some(Attribution::Claimed)
        || in_place && row.attribution == Some(*attribution)
    {
        return None;
    }
    let was_member = row.attribution == Some(Attribution::Member);
    let mut row = next(row);
    let before = row.project_id.replace(project.clone());
    row.attribution = Some(*attribution);
    if !in_place {
        let existed_since = row.facts.created_at.map_or(row.first_seen_at, |made| made.min(row.first_seen_at));
        match since {
            PlacementStart::At(since) => {
                begin_interval(&mut row.project_history, project.clone(), (*since).min(context.at))
            }
            PlacementStart::WithCreation if row.project_history.is_empty() => {
                begin_interval(&mut row.project_history, project.clone(), existed_since);
            }
            PlacementStart::WithCreation => begin_interval(&mut row.project_history, project.clone(), context.at),
            // Its own past counts as long as it had one of its own.
            PlacementStart::WithParent(history) if was_member => {
                let since = history.last().map_or(context.at, |interval| interval.from);
                begin_interval(&mut row.project_history, project.clone(), since);
            }
            PlacementStart::WithParent(history) => row.project_history = since_then(history, existed_since),
        }
    }
    // A project's list that names it elsewhere tells of a move. Where it was found first is no change, and what only follows its parent,
    // or was nobody's, makes no noise.
    let moved = was_member && *attribution == Attribution::Member && !in_place;
    let event = before.filter(|_| moved).map(|before| {
        let change = Change {
            field: "project_id".to_owned(),
            before: Value::from(before.as_str()),
            after: Value::from(project.as_str()),
        };
        context.event(&row, (EventType::Updated, context.sync_cause()), vec![change])
    });
    Some(decision(row, event.into_iter().collect(), UpsertEffect::Attributed))
}

/// The part of a history from this time on.
fn since_then(history: &[Interval<ProjectId>], time: DateTime<Utc>) -> Vec<Interval<ProjectId>> {
    let later = history.iter().filter(|interval| interval.until.is_none_or(|until| time < until));
    later.map(|interval| Interval { from: interval.from.max(time), ..interval.clone() }).collect()
}

/// An operator's word on whose a resource is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// The project it belongs to whatever the lists say; `Some(None)` leaves it to the lists again.
    pub project: Option<Option<ProjectId>>,
    /// The tenant it belongs to whatever its project; `Some(None)` leaves it to the project again.
    pub tenant: Option<Option<TenantId>>,
}

/// An operator says whose the resource is. `None` where that is how it stands already.
#[must_use]
pub fn claimed(row: &Resource, claim: &Claim, at: DateTime<Utc>) -> Option<ResourceWrite> {
    let mut claimed = next(row);
    match &claim.project {
        Some(Some(project)) => {
            if claimed.project_id.as_ref() != Some(project) {
                begin_interval(&mut claimed.project_history, project.clone(), at);
            }
            claimed.project_id = Some(project.clone());
            claimed.attribution = Some(Attribution::Claimed);
        }
        // It stays where it is until the next pass over the projects finds where it belongs.
        Some(None) if claimed.attribution == Some(Attribution::Claimed) => claimed.attribution = None,
        Some(None) | None => {}
    }
    if let Some(tenant) = &claim.tenant
        && claimed.claimed_tenant() != tenant.as_ref()
    {
        begin_interval(&mut claimed.tenant_claims, tenant.clone(), at);
    }
    let changed = Resource { version: row.version, ..claimed.clone() } != *row;
    changed.then(|| ResourceWrite { before: Some(row.version), row: claimed, events: Vec::new() })
}
