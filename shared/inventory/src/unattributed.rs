//! Explains why a resource has no known project: it is in none, or the token could not read the
//! lists that would show it.
//!
//! DigitalOcean's list of a project's resources silently omits the kinds that the token may not
//! read. A missing entry therefore proves that no project holds a resource only if the list of the
//! resource's kind and the lists of all projects were read completely with the same token.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Project-Resources>

use std::collections::BTreeMap;

use domain::{Kind, Receipt, Resource, SweepStatus, SyncState};
use serde::Serialize;

use crate::kind::{OrphanPolicy, PROJECT};
use crate::workers::mirrored;

/// The scope that a token needs to list projects and their resources.
const PROJECT_SCOPE: &str = "project:read";

/// The reason why the project of a resource is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Unattributed {
    /// Reason as a constant, for programs.
    pub reason: UnattributedReason,
    /// Scope that the token may lack; null if a missing scope cannot be the reason.
    #[cfg_attr(feature = "schema", schema(required, example = "domain:read"))]
    pub scope: Option<&'static str>,
    /// Reason as text, for people; the wording may change.
    #[cfg_attr(
        feature = "schema",
        schema(
            example = "The resource is in no project. It has no owner until a project lists it or an operator claims it."
        )
    )]
    pub detail: String,
}

/// The reason why the project of a resource is unknown, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnattributedReason {
    /// The token may not read a list that would show the project.
    NotVisible,
    /// The last read of a list that would show the project was incomplete.
    NotRead,
    /// All lists were read, and no project contains the resource.
    InNoProject,
    /// A claim was withdrawn, and the next sweep of projects assigns the resource.
    Unsettled,
}

/// Explains why a resource has no known project, given the sync states of its account by kind. The
/// result is `None` if its project is known or if the resource is deleted.
#[must_use]
pub fn explain_unattributed(resource: &Resource, sync_states: &BTreeMap<Kind, SyncState>) -> Option<Unattributed> {
    if resource.attribution.is_some() || !resource.is_live() {
        return None;
    }
    if resource.project_id.is_some() {
        let detail =
            "The operator's claim was withdrawn. The next sweep of projects assigns the resource to a project.";
        return Some(unattributed(UnattributedReason::Unsettled, None, detail.to_owned()));
    }
    let kind = &resource.key.kind;
    let parent = resource.facts.parent.as_ref().map(|parent| &parent.kind);
    let unreadable = missing_list(kind, sync_states).or_else(|| missing_list(parent?, sync_states));
    Some(unreadable.unwrap_or_else(|| unattributed(UnattributedReason::InNoProject, None, in_no_project(kind, parent))))
}

/// Returns the list that may omit resources of a kind, if there is one: the kind's own or the
/// projects'.
fn missing_list(kind: &Kind, sync_states: &BTreeMap<Kind, SyncState>) -> Option<Unattributed> {
    let last = |kind: &Kind| sync_states.get(kind).and_then(|state| state.last.as_ref());
    let projects = last(&PROJECT);
    let own = mirrored(kind).map(|mirrored| (mirrored.scope, last(kind)));
    if let Some((scope, own)) = own
        && let Some(explanation) = unread(&format!("the list of its kind ({kind})"), scope, own)
    {
        return Some(explanation);
    }
    if let Some(explanation) = unread("the list of projects or of their resources", PROJECT_SCOPE, projects) {
        return Some(explanation);
    }
    let (scope, own) = own?;
    let token = |receipt: Option<&Receipt>| receipt.and_then(|receipt| receipt.token_id.clone());
    let is_same_token = token(own).is_some() && token(own) == token(projects);
    (!is_same_token).then(|| {
        let detail = format!(
            "The project is unknown: {kind} was listed with another token than the projects, whose token may not see it."
        );
        unattributed(UnattributedReason::NotRead, Some(scope), detail)
    })
}

/// Checks whether the last read of a list was complete; otherwise returns the explanation.
fn unread(list: &str, scope: &'static str, last: Option<&Receipt>) -> Option<Unattributed> {
    let status = last.map_or(SweepStatus::Never, |receipt| receipt.status);
    match status {
        status if status.is_complete() => None,
        SweepStatus::NotVisible => {
            let detail = format!("The project is not visible to the token: {list} requires the scope {scope}.");
            Some(unattributed(UnattributedReason::NotVisible, Some(scope), detail))
        }
        _ => {
            let detail = format!("The project is unknown: the last read of {list} was incomplete. See GET /sync.");
            Some(unattributed(UnattributedReason::NotRead, Some(scope), detail))
        }
    }
}

fn in_no_project(kind: &Kind, parent: Option<&Kind>) -> String {
    let stays_unattributed = mirrored(kind).map(|kind| kind.orphan_policy) == Some(OrphanPolicy::LeaveUnattributed);
    match parent {
        Some(parent) => format!("The resource is in no project, like the {parent} that it belongs to."),
        None if stays_unattributed => {
            "The resource is in no project. It has no owner until a project lists it or an operator claims it."
                .to_owned()
        }
        None => {
            "The resource is in no project. The next sweep of projects assigns it to the internal project.".to_owned()
        }
    }
}

fn unattributed(reason: UnattributedReason, scope: Option<&'static str>, detail: String) -> Unattributed {
    Unattributed { reason, scope, detail }
}
