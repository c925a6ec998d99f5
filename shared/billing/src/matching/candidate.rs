//! The facts about a resource that matching needs.

use chrono::{DateTime, Utc};
use domain::{Kind, ProviderId, Resource};

/// A resource of the inventory, live or deleted, that a charge may be matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCandidate {
    /// The kind of the resource.
    pub kind: Kind,
    /// DigitalOcean's id of the resource.
    pub provider_id: ProviderId,
    /// The latest known name of the resource.
    pub name: String,
    /// The creation time; none where DigitalOcean does not give it.
    pub created_at: Option<DateTime<Utc>>,
    /// The time at which the resource was found deleted, which is never before its actual deletion;
    /// none while it is live.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The kind of the parent: for a snapshot, a droplet or a volume; none if the parent is
    /// unknown.
    pub parent_kind: Option<Kind>,
}

impl MatchCandidate {
    /// Returns whether the resource exists as far as the inventory shows.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.deleted_at.is_none()
    }
}

impl From<&Resource> for MatchCandidate {
    fn from(resource: &Resource) -> Self {
        Self {
            kind: resource.key.kind.clone(),
            provider_id: resource.key.provider_id.clone(),
            name: resource.facts.name.clone(),
            created_at: resource.facts.created_at,
            deleted_at: resource.deleted_at,
            parent_kind: resource.facts.parent.as_ref().map(|parent| parent.kind.clone()),
        }
    }
}
