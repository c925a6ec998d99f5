//! Which project holds which resource.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a project is given: a URN, with its link where that cannot be told from the URN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a URN, or {\"urn\", \"self\"}")]
pub(crate) enum Member {
    Urn(String),
    Linked {
        urn: String,
        /// `links.self` of the resource, such as the host of a bucket, which names its region.
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

/// The membership of one resource.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) project: String,
    pub(crate) assigned_at: DateTime<Utc>,
    place: u64,
}

/// Every membership of an account. A resource is in one project at most.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assignments {
    by_urn: HashMap<String, Assignment>,
    /// Links that cannot be told from the URN. They stay when the resource moves.
    links: HashMap<String, String>,
    next: u64,
}

impl Assignments {
    /// Puts a resource into a project, out of any other. False if it was there already.
    pub(crate) fn assign(&mut self, urn: &str, project: &str, now: DateTime<Utc>) -> bool {
        if self.project_of(urn) == Some(project) {
            return false;
        }
        self.next += 1;
        let assignment = Assignment { project: project.to_owned(), assigned_at: now, place: self.next };
        self.by_urn.insert(urn.to_owned(), assignment);
        true
    }

    /// Puts a resource into a project and keeps its link, if it brings one.
    pub(crate) fn put(&mut self, member: &Member, project: &str, now: DateTime<Utc>) {
        if let Member::Linked { urn, link } = member {
            self.links.insert(urn.clone(), link.clone());
        }
        self.assign(member.urn(), project, now);
    }

    /// The link that a resource was given.
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

    /// The resources of a project, in the order in which they came.
    pub(crate) fn of(&self, project: &str) -> Vec<(&str, &Assignment)> {
        let mut found: Vec<_> = self
            .by_urn
            .iter()
            .filter(|(_, assignment)| assignment.project == project)
            .map(|(urn, assignment)| (urn.as_str(), assignment))
            .collect();
        found.sort_by_key(|(_, assignment)| assignment.place);
        found
    }
}
