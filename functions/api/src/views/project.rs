//! The representation of projects.

use chrono::{DateTime, Utc};
use domain::{Interval, Project, ProjectFacts, Scope, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

/// A DigitalOcean project with the fields that operators set.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    /// Account that contains the project.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of the project.
    #[schema(example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub id: String,
    /// Name of the project at DigitalOcean.
    #[schema(example = "acme-web")]
    pub name: String,
    /// Description of the project at DigitalOcean.
    pub description: String,
    /// Purpose as set at DigitalOcean; the field `purpose` is set by operators.
    #[schema(example = "Web Application")]
    pub digitalocean_purpose: String,
    /// Environment as set at DigitalOcean; null if unset.
    #[schema(required, example = "Production")]
    pub environment: Option<String>,
    /// True if DigitalOcean puts new resources into this project.
    pub is_default: bool,
    /// Tenant that owns the project now.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Purpose in the operator's words.
    #[schema(required, example = "customer site")]
    pub purpose: Option<String>,
    /// Tenants that owned the project and when, the oldest first. A tenant sees only its own
    /// entries.
    pub tenant_history: Vec<TenancyView>,
    /// Time of creation according to DigitalOcean.
    #[schema(required)]
    pub created_at: Option<DateTime<Utc>>,
    /// Time when the mirror first saw the project.
    pub first_seen_at: DateTime<Utc>,
    /// Time when the project was last seen: the end of the last complete sweep of projects that
    /// found it.
    pub last_seen_at: DateTime<Utc>,
    /// Number of complete sweeps in a row that did not find the project; the third removes it.
    #[schema(example = 0)]
    pub stale_strike_count: u32,
    /// Time when the mirror found the project deleted; null while it exists.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// An interval during which one tenant owned a project.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Tenancy)]
pub struct TenancyView {
    /// Tenant that owned the project; null if none did.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Beginning of the interval.
    pub from: DateTime<Utc>,
    /// End of the interval; null if it has not ended.
    #[schema(required)]
    pub until: Option<DateTime<Utc>>,
}

impl ProjectView {
    /// Represents the project for a scope. `last_complete_at` is the end of the last complete sweep
    /// of projects.
    #[must_use]
    pub fn new(project: Project, scope: &Scope, last_complete_at: Option<DateTime<Utc>>) -> Self {
        let is_live = project.deleted_at.is_none() && project.strikes.is_none();
        let last_seen_at =
            last_complete_at.filter(|_| is_live).map_or(project.last_seen_at, |at| at.max(project.last_seen_at));
        let is_shown = |interval: &Interval<Option<TenantId>>| {
            scope.tenant().is_none_or(|tenant| interval.value.as_ref() == Some(tenant))
        };
        let tenancy = |Interval { value, from, until }: Interval<Option<TenantId>>| TenancyView {
            tenant_id: value.map(Into::into),
            from,
            until,
        };
        let ProjectFacts { name, description, digitalocean_purpose, environment, is_default, created_at } =
            project.facts;
        Self {
            account: project.account.into(),
            id: project.id.into(),
            name,
            description,
            digitalocean_purpose,
            environment,
            is_default,
            tenant_id: project.tenant_id.map(Into::into),
            purpose: project.purpose,
            tenant_history: project.tenant_history.into_iter().filter(is_shown).map(tenancy).collect(),
            created_at,
            first_seen_at: project.first_seen_at,
            last_seen_at,
            stale_strike_count: project.strikes.map_or(0, |strikes| strikes.count),
            deleted_at: project.deleted_at,
        }
    }
}
