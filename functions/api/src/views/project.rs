//! Projects.

use chrono::{DateTime, Utc};
use domain::{Interval, Project, ProjectFacts, Scope, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

/// A DigitalOcean Project, with what an operator says of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    /// The account it is in.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of it.
    #[schema(example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub id: String,
    /// Its name.
    #[schema(example = "acme-web")]
    pub name: String,
    /// Its description.
    pub description: String,
    /// DigitalOcean's own purpose text; ours is `purpose`.
    #[schema(example = "Web Application")]
    pub digitalocean_purpose: String,
    /// DigitalOcean's environment; null where unset.
    #[schema(required, example = "Production")]
    pub environment: Option<String>,
    /// Whether new resources fall into it.
    pub is_default: bool,
    /// The tenant it belongs to now.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// What we use it for, in the operator's words.
    #[schema(required, example = "customer site")]
    pub purpose: Option<String>,
    /// Which tenant it belonged to, when, the oldest first; a tenant sees its own part.
    pub tenant_history: Vec<TenancyView>,
    /// When DigitalOcean says it was made.
    #[schema(required)]
    pub created_at: Option<DateTime<Utc>>,
    /// When we first saw it.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last seen: the last complete sweep of projects, unless that missed it.
    pub last_seen_at: DateTime<Utc>,
    /// Complete sweeps in a row that missed it; the third removes it.
    #[schema(example = 0)]
    pub stale_strike_count: u32,
    /// When it was found gone; null while it is there.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Whose a project was, from when until when.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Tenancy)]
pub struct TenancyView {
    /// The tenant; null while it was nobody's.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; null while it holds.
    #[schema(required)]
    pub until: Option<DateTime<Utc>>,
}

impl ProjectView {
    /// The project as this scope may see it, given when projects were last read whole.
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
