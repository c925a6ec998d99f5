//! The owner of a resource: decisions of the attribution and of operators about its record.

use chrono::{DateTime, Utc};
use domain::{Attribution, Change, EventType, Interval, ProjectId, Resource, TenantId, begin_interval};
use serde_json::Value;
use store::ResourceWrite;

use super::observed::{ObservationContext, UpsertDecision, UpsertEffect, decision, next};

/// The project that a resource belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The id of the project.
    pub project: ProjectId,
    /// The way in which the project is known.
    pub attribution: Attribution,
    /// The time since which the resource belongs to the project.
    pub since: PlacementStart,
}

/// The time since which a resource belongs to its project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacementStart {
    /// Since the given time.
    At(DateTime<Utc>),
    /// As long as its parent; the value is the parent's project history.
    WithParent(Vec<Interval<ProjectId>>),
    /// As long as the resource exists, as far as is known.
    WithCreation,
}

/// Decides on a resource that belongs to this project. `None` if an operator claimed the resource,
/// or if nothing changes.
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
                begin_interval(&mut row.project_history, project.clone(), (*since).min(context.at));
            }
            PlacementStart::WithCreation if row.project_history.is_empty() => {
                begin_interval(&mut row.project_history, project.clone(), existed_since);
            }
            PlacementStart::WithCreation => begin_interval(&mut row.project_history, project.clone(), context.at),
            // A former member keeps the history that it had before it followed its parent.
            PlacementStart::WithParent(history) if was_member => {
                let since = history.last().map_or(context.at, |interval| interval.from);
                begin_interval(&mut row.project_history, project.clone(), since);
            }
            PlacementStart::WithParent(history) => row.project_history = since_then(history, existed_since),
        }
    }
    // Only a move between two projects' lists is an event. The first attribution is none, nor is a
    // change that follows the parent, nor one of a resource that was in no project.
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

/// Returns the part of a history from this time on.
fn since_then(history: &[Interval<ProjectId>], time: DateTime<Utc>) -> Vec<Interval<ProjectId>> {
    let later = history.iter().filter(|interval| interval.until.is_none_or(|until| time < until));
    later.map(|interval| Interval { from: interval.from.max(time), ..interval.clone() }).collect()
}

/// An operator's claim about the owner of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// The project that the resource belongs to, regardless of the projects' lists. `Some(None)`
    /// withdraws the claim; `None` leaves it as it is.
    pub project: Option<Option<ProjectId>>,
    /// The tenant that the resource belongs to, regardless of its project. `Some(None)` withdraws
    /// the claim; `None` leaves it as it is.
    pub tenant: Option<Option<TenantId>>,
}

/// Decides on an operator's claim. `None` if the record already agrees with it.
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
        // The resource stays in its project until the next sweep of the projects attributes it.
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
