//! Assignments of resources to projects.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A resource of a project: a URN, with the resource's link if the link cannot be derived from the
/// URN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a URN, or {\"urn\", \"self\"}")]
pub(crate) enum Member {
    Urn(String),
    Linked {
        urn: String,
        /// The `links.self` of the resource, such as the host of a bucket, which contains its
        /// region.
        #[serde(rename = "self")]
        link: String,
    },
}

impl Member {
    pub(crate) fn urn(&self) -> &str {
        match self {
            Self::Urn(urn) | Self::Linked { urn, .. } => urn,
        }
    }
}

/// The assignment of one resource to a project.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) project: String,
    pub(crate) assigned_at: DateTime<Utc>,
    position: u64,
}

/// All assignments of an account. A resource is in one project at most.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assignments {
    by_urn: HashMap<String, Assignment>,
    /// Links that cannot be derived from the URN. They remain when the resource moves.
    links: HashMap<String, String>,
    next: u64,
}

impl Assignments {
    /// Moves a resource into a project, out of any other project. Returns false if it was in the
    /// project already.
    pub(crate) fn assign(&mut self, urn: &str, project: &str, now: DateTime<Utc>) -> bool {
        if self.project_of(urn) == Some(project) {
            return false;
        }
        self.next += 1;
        let assignment = Assignment { project: project.to_owned(), assigned_at: now, position: self.next };
        self.by_urn.insert(urn.to_owned(), assignment);
        true
    }

    /// Moves a resource into a project and stores its link, if it has one.
    pub(crate) fn put(&mut self, member: &Member, project: &str, now: DateTime<Utc>) {
        if let Member::Linked { urn, link } = member {
            self.links.insert(urn.clone(), link.clone());
        }
        self.assign(member.urn(), project, now);
    }

    /// The stored link of a resource.
    pub(crate) fn link_of(&self, urn: &str) -> Option<&String> {
        self.links.get(urn)
    }

    pub(crate) fn unassign(&mut self, urn: &str) -> bool {
        self.by_urn.remove(urn).is_some()
    }

    pub(crate) fn drop_project(&mut self, project: &str) {
        self.by_urn.retain(|_, assignment| assignment.project != project);
    }

    pub(crate) fn project_of(&self, urn: &str) -> Option<&str> {
        self.by_urn.get(urn).map(|assignment| assignment.project.as_str())
    }

    /// The resources of a project, in the order of their assignment.
    pub(crate) fn of(&self, project: &str) -> Vec<(&str, &Assignment)> {
        let mut found: Vec<_> = self
            .by_urn
            .iter()
            .filter(|(_, assignment)| assignment.project == project)
            .map(|(urn, assignment)| (urn.as_str(), assignment))
            .collect();
        found.sort_by_key(|(_, assignment)| assignment.position);
        found
    }
}
