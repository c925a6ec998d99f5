//! The representation of resources.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::{Attribution, Project, Resource, ResourceFacts};
use inventory::Unattributed;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A resource of DigitalOcean's that is mirrored.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Resource)]
pub struct ResourceView {
    /// Account that contains the resource.
    #[schema(example = "main")]
    pub account: String,
    /// Kind of the resource.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's id of the resource, unique within its kind.
    #[schema(example = "3164444")]
    pub provider_id: String,
    /// Name of the resource.
    #[schema(example = "web-1")]
    pub name: String,
    /// Slug of the region; null for global resources.
    #[schema(required, example = "fra1")]
    pub region: Option<String>,
    /// Status as DigitalOcean reports it; null if the kind has none.
    #[schema(required, example = "active")]
    pub status: Option<String>,
    /// Project that contains the resource.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// Name of that project.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// Origin of the project: `claimed` (set by an operator), `member` (the project lists the
    /// resource), `inherited` (the project of the parent resource) or `internal` (the company's
    /// own); null if no project is known.
    #[schema(value_type = Option<String>, required, pattern = "^(claimed|member|inherited|internal)$", example = "member")]
    pub attribution: Option<Attribution>,
    /// Reason why no project is known; null if one is known, and for tenants.
    #[schema(required)]
    pub unattributed: Option<Unattributed>,
    /// Tenant that owns the resource now: the one that an operator claimed it for, otherwise the
    /// project's tenant.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// True if an operator claimed the resource for the tenant, whatever its project.
    #[schema(example = false)]
    pub tenant_claimed: bool,
    /// Tags in alphabetical order.
    pub tags: Vec<String>,
    /// Monthly list price, if DigitalOcean's API returns one.
    #[schema(required)]
    pub price_monthly: Option<Money>,
    /// Time of creation according to DigitalOcean.
    #[schema(required)]
    pub created_at: Option<DateTime<Utc>>,
    /// Time when the mirror first saw the resource.
    pub first_seen_at: DateTime<Utc>,
    /// Time when the resource was last seen: the end of the last complete sweep of its kind that
    /// found it.
    pub last_seen_at: DateTime<Utc>,
    /// Number of complete sweeps in a row that did not find the resource; the third removes it.
    #[schema(example = 0)]
    pub stale_strike_count: u32,
    /// Time when the mirror found the resource deleted; null while it exists.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Attributes that only this kind has.
    #[schema(value_type = Object, example = json!({ "size_slug": "s-1vcpu-1gb", "vcpus": 1 }))]
    pub attrs: Map<String, Value>,
}

impl ResourceView {
    /// Represents a resource in its project. `last_complete_at` is the end of the last complete
    /// sweep of its kind.
    #[must_use]
    pub fn new(
        resource: Resource,
        project: Option<&Project>,
        last_complete_at: Option<DateTime<Utc>>,
        unattributed: Option<Unattributed>,
    ) -> Self {
        let claimed_tenant = resource.claimed_tenant().cloned();
        let last_seen_at = resource.last_seen(last_complete_at);
        let ResourceFacts { name, region, status, tags, price_monthly, created_at, parent: _, attrs } = resource.facts;
        Self {
            account: resource.key.account.into(),
            kind: resource.key.kind.into(),
            provider_id: resource.key.provider_id.into(),
            name,
            region,
            status,
            project_id: resource.project_id.map(Into::into),
            project_name: project.map(|project| project.facts.name.clone()),
            attribution: resource.attribution,
            unattributed,
            tenant_claimed: claimed_tenant.is_some(),
            tenant_id: claimed_tenant.or_else(|| project?.tenant_id.clone()).map(Into::into),
            tags,
            price_monthly,
            created_at,
            first_seen_at: resource.first_seen_at,
            last_seen_at,
            stale_strike_count: resource.strikes.map_or(0, |strikes| strikes.count),
            deleted_at: resource.deleted_at,
            attrs,
        }
    }
}
