//! The mirror of DigitalOcean Projects.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Interval, ProjectId, Strikes, TenantId};

/// The facts of a project, as DigitalOcean's API returns them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// The project's name, unique within the account.
    pub name: String,
    /// The project's description; empty if none was given.
    #[serde(default)]
    pub description: String,
    /// DigitalOcean's own `purpose` text. The operator's text is [`Project::purpose`].
    #[serde(default)]
    pub digitalocean_purpose: String,
    /// DigitalOcean's `environment` (Development, Staging, Production); absent where unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// True if DigitalOcean puts new resources into this project by default.
    #[serde(default)]
    pub is_default: bool,
    /// The time at which DigitalOcean created the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

/// A DigitalOcean Project, with the tenant and the purpose that an operator gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The account that the project is in.
    pub account: AccountId,
    /// DigitalOcean's id of the project.
    pub id: ProjectId,
    /// The facts that the last list of projects contained.
    pub facts: ProjectFacts,
    /// A digest of `facts`.
    pub fingerprint: String,
    /// The tenant that the project belongs to now; none if it is assigned to no tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// The purpose of the project, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The tenants that the project belonged to, with dates. `None` means that it belonged to no
    /// tenant.
    #[serde(default)]
    pub tenant_history: Vec<Interval<Option<TenantId>>>,
    /// The names that the project had, with dates: an invoice refers to projects by name, not by
    /// id.
    #[serde(default)]
    pub name_history: Vec<Interval<String>>,
    /// The time at which a sweep first saw the project.
    pub first_seen_at: DateTime<Utc>,
    /// The time at which the project was last known to exist, as of this record's last write.
    pub last_seen_at: DateTime<Utc>,
    /// The strikes: complete sweeps in a row that did not list the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strikes: Option<Strikes>,
    /// The time at which the project was found to be deleted; absent while it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// The number of writes to this record. Each write is conditional on it.
    pub version: u64,
}

impl Project {
    /// Returns the tenant that the project belonged to at `time`.
    #[must_use]
    pub fn tenant_at(&self, time: DateTime<Utc>) -> Option<&TenantId> {
        crate::interval_at(&self.tenant_history, time)?.as_ref()
    }
}
