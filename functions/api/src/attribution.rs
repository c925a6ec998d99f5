//! Why no project is known of a resource: it is in none, or nobody could see which.
//!
//! DigitalOcean's list of what is in a project leaves out the kinds that the token may not read, without a word. So only where the kind's
//! own list and the projects' lists were read whole, with the same token, does silence mean that no project holds a resource.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Project-Resources>

use std::collections::BTreeMap;

use domain::{Kind, Receipt, Resource, SweepStatus, SyncState};
use inventory::kinds::{MirroredKind, OrphanPolicy};
use inventory::workers::{PROJECT, mirrored};

use crate::views::{UnattributedReason, UnattributedView};

/// What a token needs to see projects and what is in them.
const PROJECT_SCOPE: &str = "project:read";

/// Why no project is known of a resource of this account, given the account's lanes; `None` where one is, or where it is gone.
#[must_use]
pub fn explain_unattributed(resource: &Resource, lanes: &BTreeMap<Kind, SyncState>) -> Option<UnattributedView> {
    if resource.attribution.is_some() || !resource.is_live() {
        return None;
    }
    if resource.project_id.is_some() {
        let detail = "Nothing holds it in its project any more. The next sweep of projects says where it belongs.";
        return Some(view(UnattributedReason::Unsettled, None, detail.to_owned()));
    }
    let kind = &resource.key.kind;
    let parent = resource.facts.parent.as_ref().map(|parent| &parent.kind);
    let blind = missing_list(kind, lanes).or_else(|| missing_list(parent?, lanes));
    Some(blind.unwrap_or_else(|| view(UnattributedReason::InNoProject, None, in_no_project(kind, parent))))
}

/// Why the lists may leave out what they hold of a kind, if they may.
fn missing_list(kind: &Kind, lanes: &BTreeMap<Kind, SyncState>) -> Option<UnattributedView> {
    let last = |lane: &Kind| lanes.get(lane).and_then(|lane| lane.last.as_ref());
    let projects = last(&PROJECT);
    let own = mirrored(kind).map(|mirrored| (mirrored.scope(), last(kind)));
    if let Some((scope, own)) = own
        && let Some(blind) = unread(&format!("the list of its kind ({kind})"), scope, own)
    {
        return Some(blind);
    }
    if let Some(blind) = unread("the list of the projects, or of what is in one,", PROJECT_SCOPE, projects) {
        return Some(blind);
    }
    let (scope, own) = own?;
    let token = |receipt: Option<&Receipt>| receipt.and_then(|receipt| receipt.token_id.clone());
    let is_one = token(own).is_some() && token(own) == token(projects);
    (!is_one).then(|| {
        let detail = format!("{kind} was listed with another token than the projects, which may not see it.");
        view(UnattributedReason::NotRead, Some(scope), detail)
    })
}

/// What the last reading of a list says against relying on it, if anything.
fn unread(list: &str, scope: &str, last: Option<&Receipt>) -> Option<UnattributedView> {
    let status = last.map_or(SweepStatus::Never, |receipt| receipt.status);
    match status {
        status if status.is_complete() => None,
        SweepStatus::NotVisible => {
            let detail = format!("Not visible to this token: {list} needs the scope {scope}.");
            Some(view(UnattributedReason::NotVisible, Some(scope), detail))
        }
        _ => {
            let detail = format!("Not known: {list} was not read whole the last time. See GET /sync.");
            Some(view(UnattributedReason::NotRead, Some(scope), detail))
        }
    }
}

fn in_no_project(kind: &Kind, parent: Option<&Kind>) -> String {
    let stays = mirrored(kind).map(MirroredKind::orphan_policy) == Some(OrphanPolicy::LeaveUnattributed);
    match parent {
        Some(parent) => format!("In no project, like the {parent} that it belongs with."),
        None if stays => "In no project: nobody's until a project lists it or an operator claims it.".to_owned(),
        None => "In no project: the next sweep of projects puts it into the internal one.".to_owned(),
    }
}

fn view(reason: UnattributedReason, scope: Option<&str>, detail: String) -> UnattributedView {
    UnattributedView { reason, scope: scope.map(str::to_owned), detail }
}
