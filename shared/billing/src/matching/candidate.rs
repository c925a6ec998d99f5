//! What matching needs to know of a resource.

use chrono::{DateTime, Utc};
use domain::{Kind, ProviderId, Resource};

/// A resource that is known, live or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCandidate {
    /// Its kind.
    pub kind: Kind,
    /// DigitalOcean's id of it.
    pub provider_id: ProviderId,
    /// Its name.
    pub name: String,
    /// ChargePeriod it was made, as far as DigitalOcean says.
    pub created_at: Option<DateTime<Utc>>,
    /// ChargePeriod it was found gone, which is never before it was; absent while it is there.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The kind of what it belongs with: whether a snapshot is a droplet's or a volume's.
    pub parent_kind: Option<Kind>,
}

impl MatchCandidate {
    /// Whether it is believed to exist.
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
