//! The mirrored resources.

use inventory::Freshness;
use inventory::explain_unattributed;
use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{AccountId, Kind, Project, ProjectId, ProviderId, Resource, ResourceKey, TenantId};
use serde::Deserialize;
use store::{Cursor, Reader, ResourceFilter};
use utoipa::IntoParams;

use super::listing::{covered_accounts, start_key_error};
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::{PagedQuery, Path};
use crate::http::page::PageQuery;
use crate::http::parameters::short_text;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{ItemResponses, ListResponses};
use crate::views::{List, ResourceView};

/// The filters of resources; a resource must match all of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ResourceParams {
    /// Account of the resources.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Kind of the resources.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// Status of the resources, as DigitalOcean reports it.
    #[serde(default, deserialize_with = "short_text::<_, 100>")]
    status: Option<String>,
    /// Project that contains the resources.
    #[param(value_type = Option<String>)]
    project: Option<ProjectId>,
    /// Tenant that owns the resources.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
    /// Text that the name, the id or a tag contains, regardless of case; at most 100 characters.
    #[serde(default, deserialize_with = "short_text::<_, 100>")]
    q: Option<String>,
    /// True to list deleted resources in place of existing ones.
    #[serde(default)]
    #[param(default = false, value_type = Option<bool>)]
    deleted: bool,
}

/// The resource that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ResourcePath {
    /// Account of the resource.
    #[param(value_type = String)]
    account: AccountId,
    /// Kind of the resource.
    #[param(value_type = String)]
    kind: Kind,
    /// DigitalOcean's id of the resource, unique within its kind.
    #[param(value_type = String)]
    provider_id: ProviderId,
}

impl From<ResourcePath> for ResourceKey {
    fn from(ResourcePath { account, kind, provider_id }: ResourcePath) -> Self {
        Self { account, kind, provider_id }
    }
}

/// Lists the resources that the caller may see.
#[utoipa::path(
    get, path = "/inventory/resources", operation_id = "listResources", tag = "inventory", params(ResourceParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of resources.", body = List<ResourceView>), ListResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    PagedQuery(params, page): PagedQuery<ResourceParams>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let ResourceParams { account, kind, status, project, tenant, q, deleted } = params;
    let filter = ResourceFilter { account, kind, status, project, tenant, q, deleted };
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "resources", &filter);
    let from: Option<Cursor> = page.position(&binding)?;
    let accounts = covered_accounts(&state, &caller, filter.account.as_ref(), filter.tenant.as_ref()).await?;
    let freshness = Freshness::new(reader.sync_states(&accounts).await?);
    let found = reader.resources(&filter, &freshness.kinds(), from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;

    let projects = projects_of(&reader, found.items.iter().map(|resource| resource.key.account.clone())).await?;
    let data = found.items.into_iter().map(|resource| {
        let project = resource.project_id.clone().and_then(|id| projects.get(&(resource.key.account.clone(), id)));
        view(&caller, resource, project, &freshness)
    });
    let next = found.next.map(|next| binding.seal(&next)).transpose()?;
    let coverage = freshness.coverage(filter.kind.as_ref(), state.now());
    representation.of(&List::new(data.collect(), next, coverage))
}

/// Returns a single resource.
///
/// Characters of an id that are not allowed in a path must be percent-encoded.
#[utoipa::path(
    get, path = "/inventory/resources/{account}/{kind}/{provider_id}", operation_id = "getResource", tag = "inventory", security(("id_token" = [])),
    params(ResourcePath),
    responses((status = 200, description = "The requested resource.", body = ResourceView), ItemResponses)
)]
pub(super) async fn one(
    caller: Caller,
    State(state): State<AppState>,
    Path(path): Path<ResourcePath>,
) -> Result<Json<ResourceView>, ApiProblem> {
    let reader = state.reader(&caller);
    let Some(resource) = reader.resource(&path.into()).await? else { return Err(ApiProblem::not_found()) };
    Ok(Json(resource_view(&reader, &caller, resource).await?))
}

/// Represents one resource, reading its project and the freshness of its account.
pub(super) async fn resource_view(
    reader: &Reader,
    caller: &Caller,
    resource: Resource,
) -> Result<ResourceView, ApiProblem> {
    let account = &resource.key.account;
    let project = match &resource.project_id {
        Some(id) => reader.project(account, id).await?,
        None => None,
    };
    let freshness = Freshness::new(reader.sync_states(std::slice::from_ref(account)).await?);
    Ok(view(caller, resource, project.as_ref(), &freshness))
}

/// Represents a resource. Only admins see why its project is unknown.
fn view(caller: &Caller, resource: Resource, project: Option<&Project>, freshness: &Freshness) -> ResourceView {
    let ResourceKey { account, kind, .. } = &resource.key;
    let last_complete_at = freshness.last_complete_at(account, kind);
    let sync_states = freshness.sync_states(account).filter(|_| matches!(caller, Caller::Admin(_)));
    let unattributed = sync_states.and_then(|sync_states| explain_unattributed(&resource, sync_states));
    ResourceView::new(resource, project, last_complete_at, unattributed)
}

/// Returns the projects of these accounts that the caller may see, by account and id.
pub(super) async fn projects_of(
    reader: &Reader,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<HashMap<(AccountId, ProjectId), Project>, ApiProblem> {
    let accounts: BTreeSet<AccountId> = accounts.collect();
    if accounts.is_empty() {
        return Ok(HashMap::new());
    }
    let projects = reader.projects_in(&accounts).await?;
    Ok(projects.into_iter().map(|project| ((project.account.clone(), project.id.clone()), project)).collect())
}
