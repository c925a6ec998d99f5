//! The attribution of resources to projects: the pure part, from the projects' lists and the known
//! resources.
//!
//! The rules apply in this order. A resource that an operator claimed stays. A member is in the
//! project that lists it. A resource with a parent is in the parent's project, also after the
//! parent is deleted, or in the project that it names itself. Any other resource is in the
//! company's internal project, if its kind was listed completely. Missing evidence never takes a
//! resource out of a project; only evidence for another project moves it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Attribution, Kind, ProjectId, ResourceKey};
use store::IndexedResource;

use super::membership::Membership;
use crate::kind::{OrphanPolicy, PROJECT};

/// The evidence by which an account's resources are attributed.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Every live resource of the account.
    pub known: &'a BTreeMap<ResourceKey, IndexedResource>,
    /// The resources that the projects list.
    pub members: &'a BTreeMap<ResourceKey, Membership>,
    /// The projects that exist.
    pub projects: &'a BTreeSet<ProjectId>,
    /// The company's internal project; none if it does not exist or the list of some project could
    /// not be read completely.
    pub internal: Option<&'a ProjectId>,
    /// The kinds that this token lists completely, each with its policy for orphans.
    pub fully_listed: &'a BTreeMap<Kind, OrphanPolicy>,
}

/// The project that a resource is attributed to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributionSource {
    /// The project that lists the resource.
    Member(Membership),
    /// The project of the resource's live parent.
    WithParent(ResourceKey, ProjectId),
    /// The project that the resource names itself.
    Named(ProjectId),
    /// The former project of the resource's parent, which is deleted or unknown.
    WithFormerParent(ResourceKey),
    /// The company's internal project.
    Internal(ProjectId),
}

/// Returns the resources that must move, with the source of their new project.
#[must_use]
pub fn attribute(evidence: &Evidence<'_>) -> Vec<(ResourceKey, AttributionSource)> {
    let mut moves = Vec::new();
    for (key, known) in evidence.known {
        if let Some(place) = evidence.place(key, known)
            && !evidence.is_in_place(known, &place)
        {
            moves.push((key.clone(), place));
        }
    }
    moves
}

/// The longest chain of parents that is followed. A longer one is taken for a cycle.
const MAX_PARENT_DEPTH: u32 = 4;

impl Evidence<'_> {
    fn is_in_place(&self, known: &IndexedResource, place: &AttributionSource) -> bool {
        let (project, attribution) = match place {
            AttributionSource::Member(membership) => (&membership.project, Attribution::Member),
            AttributionSource::WithParent(_, project) | AttributionSource::Named(project) => {
                (project, Attribution::Inherited)
            }
            AttributionSource::Internal(project) => (project, Attribution::Internal),
            AttributionSource::WithFormerParent(_) => return false,
        };
        known.project_id.as_ref() == Some(project) && known.attribution == Some(attribution)
    }

    /// Returns the source of the resource's project by the evidence; `None` if the resource stays
    /// where it is.
    fn place(&self, key: &ResourceKey, known: &IndexedResource) -> Option<AttributionSource> {
        if known.attribution == Some(Attribution::Claimed) {
            return None;
        }
        if let Some(membership) = self.members.get(key) {
            return Some(AttributionSource::Member(membership.clone()));
        }
        // DigitalOcean moves resources between projects and never takes them out. A member that no
        // list contains is therefore being moved, or not visible to this token.
        let stays = known.project_id.as_ref().is_some_and(|project| self.projects.contains(project));
        if stays && known.attribution == Some(Attribution::Member) {
            return None;
        }
        if let Some(project) = named_project(known) {
            return self.projects.contains(&project).then_some(AttributionSource::Named(project));
        }
        if let Some(parent) = parent_of(key, known) {
            return match self.known.get(&parent) {
                Some(_) => self
                    .project_of(&parent, MAX_PARENT_DEPTH)
                    .map(|project| AttributionSource::WithParent(parent, project)),
                // A deleted parent is not moved any more, so an inherited project is final.
                None if stays && known.attribution == Some(Attribution::Inherited) => None,
                // The resource had a parent that was never recorded, so it was attributed to the
                // internal project. That is final, too.
                None if stays && known.attribution == Some(Attribution::Internal) => None,
                None => Some(AttributionSource::WithFormerParent(parent)),
            };
        }
        if stays && known.attribution.is_some() {
            return None;
        }
        self.project_for_orphans(&key.kind).map(AttributionSource::Internal)
    }

    /// Returns the project for orphans of a kind; `None` if they must not be attributed.
    pub(crate) fn project_for_orphans(&self, kind: &Kind) -> Option<ProjectId> {
        match self.fully_listed.get(kind)? {
            OrphanPolicy::AssignToInternal => self.internal.cloned(),
            OrphanPolicy::LeaveUnattributed => None,
        }
    }

    /// Returns the project that a live resource will be in.
    fn project_of(&self, key: &ResourceKey, remaining_depth: u32) -> Option<ProjectId> {
        let known = self.known.get(key)?;
        let stays = known.project_id.clone().filter(|project| self.projects.contains(project));
        if known.attribution == Some(Attribution::Claimed) {
            return known.project_id.clone();
        }
        if let Some(membership) = self.members.get(key) {
            return Some(membership.project.clone());
        }
        if stays.is_some() && known.attribution == Some(Attribution::Member) {
            return stays;
        }
        if let Some(project) = named_project(known) {
            return Some(project).filter(|project| self.projects.contains(project));
        }
        match parent_of(key, known).filter(|parent| remaining_depth > 0 && self.known.contains_key(parent)) {
            Some(parent) => self.project_of(&parent, remaining_depth - 1),
            None => stays.or_else(|| self.project_for_orphans(&key.kind)),
        }
    }
}

/// Returns the project that a resource names, if the resource has no other parent.
fn named_project(known: &IndexedResource) -> Option<ProjectId> {
    known.parent.as_ref().filter(|parent| parent.kind == PROJECT).map(|parent| ProjectId::from(&parent.provider_id))
}

fn parent_of(key: &ResourceKey, known: &IndexedResource) -> Option<ResourceKey> {
    let parent = known.parent.clone()?;
    Some(ResourceKey { account: key.account.clone(), kind: parent.kind, provider_id: parent.provider_id })
}
