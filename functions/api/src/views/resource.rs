//! Resources.

use chrono::{DateTime, Utc};
use domain::{Facts, Project, Resource};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Price;

/// A mirrored resource.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Resource)]
pub struct ResourceView {
    /// The account it is in.
    #[schema(example = "main")]
    pub account: String,
    /// Its kind.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's id of it within its kind.
    #[schema(example = "3164444")]
    pub provider_id: String,
    /// Its name.
    #[schema(example = "web-1")]
    pub name: String,
    /// Its region's slug; null for what is global.
    #[schema(required, example = "fra1")]
    pub region: Option<String>,
    /// Its status in DigitalOcean's words; null where the kind has none.
    #[schema(required, example = "active")]
    pub status: Option<String>,
    /// The project it is in.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// That project's name.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// The tenant that the project belongs to now.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// Its list price for a month, where the API gives one.
    #[schema(required)]
    pub price_monthly: Option<Price>,
    /// When DigitalOcean says it was made.
    #[schema(required)]
    pub created_at: Option<DateTime<Utc>>,
    /// When we first saw it.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last seen: the last complete sweep of its kind, unless that missed it.
    pub last_seen_at: DateTime<Utc>,
    /// Complete sweeps in a row that missed it; the third removes it.
    #[schema(example = 0)]
    pub stale_strike_count: u32,
    /// When it was found gone; null while it is there.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Facts of its kind alone.
    #[schema(value_type = Object, example = json!({ "size_slug": "s-1vcpu-1gb", "vcpus": 1 }))]
    pub attrs: Map<String, Value>,
}

impl ResourceView {
    /// The resource as its project and the last complete sweep of its kind make it read now.
    #[must_use]
    pub fn new(resource: Resource, project: Option<&Project>, last_complete_at: Option<DateTime<Utc>>) -> Self {
        let last_seen_at = resource.last_seen(last_complete_at);
        let Facts { name, region, status, tags, price_monthly, created_at, attrs } = resource.facts;
        Self {
            account: resource.key.account.into(),
            kind: resource.key.kind.into(),
            provider_id: resource.key.provider_id.into(),
            name,
            region,
            status,
            project_id: resource.project_id.map(Into::into),
            project_name: project.map(|project| project.facts.name.clone()),
            tenant_id: project.and_then(|project| project.tenant_id.clone()).map(Into::into),
            tags,
            price_monthly: price_monthly.map(Into::into),
            created_at,
            first_seen_at: resource.first_seen_at,
            last_seen_at,
            stale_strike_count: resource.strikes.map_or(0, |strikes| strikes.count),
            deleted_at: resource.deleted_at,
            attrs,
        }
    }
}
