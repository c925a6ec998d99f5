//! Resources.

use chrono::{DateTime, Utc};
use domain::{Attribution, Project, Resource, ResourceFacts};
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
    /// How it came to be in that project: `claimed` (an operator said so), `member` (the project lists it), `inherited` (it is where what
    /// it belongs with is) or `internal` (it is the company's own); null where no project is known.
    #[schema(value_type = Option<String>, required, pattern = "^(claimed|member|inherited|internal)$", example = "member")]
    pub attribution: Option<Attribution>,
    /// Why no project is known; null where one is, and for tenants.
    #[schema(required)]
    pub unattributed: Option<UnattributedView>,
    /// The tenant it belongs to now: as an operator said, else the tenant of its project.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Whether an operator said so, whatever its project.
    #[schema(example = false)]
    pub tenant_claimed: bool,
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

/// Why no project is known of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Unattributed)]
pub struct UnattributedView {
    /// The reason, for programs.
    pub reason: UnattributedReason,
    /// The scope that the token needs, where the reason may be that it lacks it.
    #[schema(required, example = "domain:read")]
    pub scope: Option<String>,
    /// The reason, for people; the wording may change.
    #[schema(example = "In no project: nobody's until a project lists it or an operator claims it.")]
    pub detail: String,
}

/// The reason why no project is known of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnattributedReason {
    /// The token may not see what would tell.
    NotVisible,
    /// What would tell was not read whole the last time.
    NotRead,
    /// Everything was read, and no project lists it.
    InNoProject,
    /// It has left where it was, and the next sweep of projects says where it belongs.
    Unsettled,
}

impl ResourceView {
    /// The resource as its project, the last complete sweep of its kind and what is known of its attribution make it read now.
    #[must_use]
    pub fn new(
        resource: Resource,
        project: Option<&Project>,
        last_complete_at: Option<DateTime<Utc>>,
        unattributed: Option<UnattributedView>,
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
