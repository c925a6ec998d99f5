//! Explains why a resource has no known project: it is in none, or the token could not read the
//! lists that would show it.
//!
//! DigitalOcean's list of a project's resources silently omits the kinds that the token may not
//! read. A missing entry therefore proves that no project holds a resource only if the list of the
//! resource's kind and the lists of all projects were read completely with the same token.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Project-Resources>

use std::collections::BTreeMap;

use domain::{Kind, Receipt, Resource, SweepStatus, SyncState};
use inventory::kinds::{MirroredKind, OrphanPolicy};
use inventory::workers::{PROJECT, mirrored};

use crate::views::{UnattributedReason, UnattributedView};

/// The scope that a token needs to list projects and their resources.
const PROJECT_SCOPE: &str = "project:read";

/// Explains why a resource has no known project, given the sync states of its account by kind. The
/// result is `None` if its project is known or if the resource is deleted.
#[must_use]
pub fn explain_unattributed(resource: &Resource, sync_states: &BTreeMap<Kind, SyncState>) -> Option<UnattributedView> {
    if resource.attribution.is_some() || !resource.is_live() {
        return None;
    }
    if resource.project_id.is_some() {
        let detail =
            "The operator's claim was withdrawn. The next sweep of projects assigns the resource to a project.";
        return Some(view(UnattributedReason::Unsettled, None, detail.to_owned()));
    }
    let kind = &resource.key.kind;
    let parent = resource.facts.parent.as_ref().map(|parent| &parent.kind);
    let unreadable = missing_list(kind, sync_states).or_else(|| missing_list(parent?, sync_states));
    Some(unreadable.unwrap_or_else(|| view(UnattributedReason::InNoProject, None, in_no_project(kind, parent))))
}

/// Returns the list that may omit resources of a kind, if there is one: the kind's own or the
/// projects'.
fn missing_list(kind: &Kind, sync_states: &BTreeMap<Kind, SyncState>) -> Option<UnattributedView> {
    let last = |kind: &Kind| sync_states.get(kind).and_then(|state| state.last.as_ref());
    let projects = last(&PROJECT);
    let own = mirrored(kind).map(|mirrored| (mirrored.scope(), last(kind)));
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
        view(UnattributedReason::NotRead, Some(scope), detail)
    })
}

/// Checks whether the last read of a list was complete; otherwise returns the explanation.
fn unread(list: &str, scope: &str, last: Option<&Receipt>) -> Option<UnattributedView> {
    let status = last.map_or(SweepStatus::Never, |receipt| receipt.status);
    match status {
        status if status.is_complete() => None,
        SweepStatus::NotVisible => {
            let detail = format!("The project is not visible to the token: {list} requires the scope {scope}.");
            Some(view(UnattributedReason::NotVisible, Some(scope), detail))
        }
        _ => {
            let detail = format!("The project is unknown: the last read of {list} was incomplete. See GET /sync.");
            Some(view(UnattributedReason::NotRead, Some(scope), detail))
        }
    }
}

fn in_no_project(kind: &Kind, parent: Option<&Kind>) -> String {
    let stays_unattributed = mirrored(kind).map(MirroredKind::orphan_policy) == Some(OrphanPolicy::LeaveUnattributed);
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

fn view(reason: UnattributedReason, scope: Option<&str>, detail: String) -> UnattributedView {
    UnattributedView { reason, scope: scope.map(str::to_owned), detail }
}
