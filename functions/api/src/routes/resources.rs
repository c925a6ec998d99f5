//! The mirrored resources.

use inventory::Freshness;
use inventory::explain_unattributed;
use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{AccountId, Kind, Project, ProjectId, ProviderId, Resource, ResourceKey, TenantId};
use store::{Cursor, Reader, ResourceFilter};
use utoipa::IntoParams;

use super::listing::{ID, KIND, PageQuery, SLUG, covered_accounts, flag, start_key_error};
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::{Path, Query};
use crate::http::parameters::{FromParameters, Parameters};
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{AuthResponses, InvalidParametersResponse, NotFoundResponse, ServerErrorResponses};
use crate::views::{List, ResourceView};

/// The filters of resources; a resource must match all of them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; ResourceQuery reads them")]
pub(super) struct ResourceParams {
    /// Account of the resources.
    account: Option<String>,
    /// Kind of the resources.
    kind: Option<String>,
    /// Status of the resources, as DigitalOcean reports it.
    status: Option<String>,
    /// Project that contains the resources.
    project: Option<String>,
    /// Tenant that owns the resources.
    tenant: Option<String>,
    /// Text that the name, the id or a tag contains, regardless of case; at most 100 characters.
    q: Option<String>,
    /// True to list deleted resources in place of existing ones.
    #[param(default = false)]
    deleted: Option<bool>,
}

/// The filters of resources and the page.
#[derive(Debug)]
pub(super) struct ResourceQuery {
    filter: ResourceFilter,
    page: PageQuery,
}

impl FromParameters for ResourceQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let short = |text: &str| (1..=100).contains(&text.chars().count()).then(|| text.to_owned());
        let filter = ResourceFilter {
            account: parameters.parse("account", SLUG, |text| AccountId::new(text).ok()),
            kind: parameters.parse("kind", KIND, |text| Kind::new(text).ok()),
            status: parameters.parse("status", "1 to 100 characters", short),
            project: parameters.parse("project", ID, |text| ProjectId::new(text).ok()),
            tenant: parameters.parse("tenant", SLUG, |text| TenantId::new(text).ok()),
            q: parameters.parse("q", "1 to 100 characters", short),
            deleted: flag(parameters, "deleted"),
        };
        Some(Self { filter, page: PageQuery::read(parameters)? })
    }
}

/// The key of a resource, from the path.
#[derive(Debug)]
pub(super) struct ResourcePath(pub(super) ResourceKey);

impl FromParameters for ResourcePath {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let account = parameters.required("account", SLUG, |text| AccountId::new(text).ok());
        let kind = parameters.required("kind", KIND, |text| Kind::new(text).ok());
        let provider_id = parameters.required("provider_id", ID, |text| ProviderId::new(text).ok());
        Some(Self(ResourceKey { account: account?, kind: kind?, provider_id: provider_id? }))
    }
}

/// Lists the resources that the caller may see.
#[utoipa::path(
    get, path = "/inventory/resources", operation_id = "listResources", tag = "inventory", params(ResourceParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of resources.", body = List<ResourceView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(ResourceQuery { filter, page }): Query<ResourceQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
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
    params(
        ("account" = String, Path, description = "Account of the resource."),
        ("kind" = String, Path, description = "Kind of the resource."),
        ("provider_id" = String, Path, description = "DigitalOcean's id of the resource, unique within its kind.")
    ),
    responses((status = 200, description = "The requested resource.", body = ResourceView), InvalidParametersResponse, AuthResponses, NotFoundResponse, ServerErrorResponses)
)]
pub(super) async fn one(
    caller: Caller,
    State(state): State<AppState>,
    Path(ResourcePath(key)): Path<ResourcePath>,
) -> Result<Json<ResourceView>, ApiProblem> {
    let reader = state.reader(&caller);
    let Some(resource) = reader.resource(&key).await? else { return Err(ApiProblem::not_found()) };
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
