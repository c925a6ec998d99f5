//! Our mirror of DigitalOcean Projects.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Interval, ProjectId, Strikes, TenantId};

/// What DigitalOcean says of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// Its name, unique within the account.
    pub name: String,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// DigitalOcean's own `purpose` text; ours is [`Project::purpose`].
    #[serde(default)]
    pub digitalocean_purpose: String,
    /// DigitalOcean's `environment` (Development, Staging, Production), absent where unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether new resources fall into it.
    #[serde(default)]
    pub is_default: bool,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

/// A DigitalOcean Project, with the tenant and the purpose that an operator gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The account it is in.
    pub account: AccountId,
    /// DigitalOcean's id of it.
    pub id: ProjectId,
    /// What DigitalOcean says of it.
    pub facts: ProjectFacts,
    /// A digest of `facts`.
    pub fingerprint: String,
    /// The tenant it belongs to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// What we use it for, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Which tenant it belonged to, when. `None` is "nobody's".
    #[serde(default)]
    pub tenant_history: Vec<Interval<Option<TenantId>>>,
    /// What it was called, when: an invoice names projects, not ids.
    #[serde(default)]
    pub name_history: Vec<Interval<String>>,
    /// When we first saw it.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last known to be there, as of this record's last write.
    pub last_seen_at: DateTime<Utc>,
    /// Sweeps that missed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<Strikes>,
    /// When it was found gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Counts the writes of this record; each is conditional on it.
    pub version: u64,
}

impl Project {
    /// The tenant it belonged to at `time`.
    #[must_use]
    pub fn tenant_at(&self, time: DateTime<Utc>) -> Option<&TenantId> {
        crate::interval_at(&self.tenant_history, time)?.as_ref()
    }
}
