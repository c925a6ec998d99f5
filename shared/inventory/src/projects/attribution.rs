//! Attribution, the pure part: from what the projects list and what is known, who belongs where.
//!
//! In this order: what an operator claimed stays; a member is where its project says; what has a parent is where the parent is, also when
//! the parent is gone, or in the project that it names; what is left is the company's own, if its kind is seen whole. Nothing is ever taken out of a project for want of
//! evidence, only put into another on evidence.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Attribution, Kind, ProjectId, ResourceKey};
use store::IndexedResource;

use super::membership::Membership;
use crate::kinds::OrphanPolicy;
use crate::workers::PROJECT;

/// What an account's resources are placed by.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Every live resource.
    pub known: &'a BTreeMap<ResourceKey, IndexedResource>,
    /// What the projects list.
    pub members: &'a BTreeMap<ResourceKey, Membership>,
    /// The projects that exist.
    pub projects: &'a BTreeSet<ProjectId>,
    /// The company's own project, where the lists of all projects were read whole and it exists.
    pub internal: Option<&'a ProjectId>,
    /// What becomes of orphans, of the kinds that this token sees whole.
    pub fully_listed: &'a BTreeMap<Kind, OrphanPolicy>,
}

/// Where a resource is to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributionSource {
    /// Where its project lists it.
    Member(Membership),
    /// Where its parent is, which lives and is in this project.
    WithParent(ResourceKey, ProjectId),
    /// In the project that it names itself.
    Named(ProjectId),
    /// Where its parent was, which is not among the living.
    WithFormerParent(ResourceKey),
    /// With the company's own.
    Internal(ProjectId),
}

/// What is to be put elsewhere, and where.
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

/// A chain of parents longer than this is a circle.
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

    /// Where a resource belongs, by the evidence; `None` where that changes nothing.
    fn place(&self, key: &ResourceKey, known: &IndexedResource) -> Option<AttributionSource> {
        if known.attribution == Some(Attribution::Claimed) {
            return None;
        }
        if let Some(membership) = self.members.get(key) {
            return Some(AttributionSource::Member(membership.clone()));
        }
        // DigitalOcean moves resources between projects and never takes them out: a member that no list names is in motion, or out of
        // this token's sight.
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
                // Nobody moves what is gone: once inherited is settled.
                None if stays && known.attribution == Some(Attribution::Inherited) => None,
                // Without a trace of its parent it was found to be nobody's else's; that does not change either.
                None if stays && known.attribution == Some(Attribution::Internal) => None,
                None => Some(AttributionSource::WithFormerParent(parent)),
            };
        }
        if stays && known.attribution.is_some() {
            return None;
        }
        self.project_for_orphans(&key.kind).map(AttributionSource::Internal)
    }

    /// Where orphans of a kind belong, if that may be said.
    pub(crate) fn project_for_orphans(&self, kind: &Kind) -> Option<ProjectId> {
        match self.fully_listed.get(kind)? {
            OrphanPolicy::AssignToInternal => self.internal.cloned(),
            OrphanPolicy::LeaveUnattributed => None,
        }
    }

    /// The project that a live resource will be in.
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

/// The project that a resource names, where that is all it belongs with.
fn named_project(known: &IndexedResource) -> Option<ProjectId> {
    let parent = known.parent.as_ref().filter(|parent| parent.kind == PROJECT)?;
    ProjectId::new(parent.provider_id.as_str()).ok()
}

fn parent_of(key: &ResourceKey, known: &IndexedResource) -> Option<ResourceKey> {
    let parent = known.parent.clone()?;
    Some(ResourceKey { account: key.account.clone(), kind: parent.kind, provider_id: parent.provider_id })
}
