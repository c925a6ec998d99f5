//! The mirrored projects, which admins assign to tenants.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{AccountId, Project, ProjectId, TenancyConflict, TenantId, to_millis};
use inventory::Freshness;
use inventory::workers::PROJECT;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{AuditEntry, ProjectWrite, UpdateOutcome, retry_on_conflict};
use utoipa::{IntoParams, ToSchema};

use super::listing::SLUG;
use crate::AppState;
use crate::http::caller::{Admin, Caller};
use crate::http::extract::{Json as Body, PagedQuery, Path, double_option};
use crate::http::observe::RequestId;
use crate::http::page::PageQuery;
use crate::http::problem::{ApiProblem, FieldErrors};
use crate::http::representation::Representation;
use crate::http::responses::{ChangeResponses, ItemResponses, ListResponses};
use crate::http::text::label_error;
use crate::views::{List, ProjectView, page_of};

/// The filters of projects; a project must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ProjectFilter {
    /// Account of the projects.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Tenant that owns the projects.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
    /// True to list deleted projects in place of existing ones.
    #[serde(default)]
    #[param(default = false, value_type = Option<bool>)]
    deleted: bool,
}

/// The project that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ProjectPath {
    /// Account of the project.
    #[param(value_type = String)]
    account: AccountId,
    /// DigitalOcean's id of the project.
    #[param(value_type = String)]
    id: ProjectId,
}

/// A change of a project. Fields that are left out stay unchanged; null clears a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectChange {
    /// Tenant that owns the project: 1 to 32 characters of a-z, 0-9 and '-'; null for no tenant.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "acme", pattern = "^[a-z0-9-]{1,32}$")]
    tenant_id: Option<Option<String>>,
    /// Beginning of the tenant's time, not in the future; now if left out. A time before the
    /// present owner's first day counts as that day. If the tenant owns the project already, the
    /// beginning of its time moves, but not into another tenant's time (409).
    tenant_from: Option<DateTime<Utc>>,
    /// Purpose in the operator's words; null for none. The purpose that is set at DigitalOcean is
    /// another field and stays unchanged.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "customer site", max_length = 200)]
    purpose: Option<Option<String>>,
}

/// A change with valid values.
struct ValidatedProjectChange {
    tenant: Option<Option<TenantId>>,
    /// The beginning of a new tenant's time; for the present tenant it applies only if it was
    /// given.
    from: DateTime<Utc>,
    from_given: bool,
    purpose: Option<Option<String>>,
}

impl ProjectFilter {
    fn wants(&self, project: &Project) -> bool {
        self.account.as_ref().is_none_or(|account| *account == project.account)
            && self.tenant.as_ref().is_none_or(|tenant| project.tenant_id.as_ref() == Some(tenant))
            && self.deleted == project.deleted_at.is_some()
    }
}

/// Lists the projects that the caller may see.
#[utoipa::path(
    get, path = "/inventory/projects", operation_id = "listProjects", tag = "inventory", params(ProjectFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of projects.", body = List<ProjectView>), ListResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    PagedQuery(filter, page): PagedQuery<ProjectFilter>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "projects", &filter);
    let after: Option<String> = page.position(&binding)?;
    let mut accounts = reader.accounts().await?;
    accounts.retain(|account| filter.account.as_ref().is_none_or(|wanted| wanted == account));
    let freshness = Freshness::new(reader.sync_states(&accounts).await?);
    let projects = reader.projects_in(&accounts.into_iter().collect()).await?;

    let mut wanted: Vec<Project> = projects.into_iter().filter(|project| filter.wants(project)).collect();
    let key = |project: &Project| format!("{}/{}", project.account, project.id);
    wanted.sort_by_cached_key(key);
    let (found, next) = page_of(wanted, key, after.as_ref(), page.limit, &binding)?;
    let data = found.into_iter().map(|project| {
        let last_complete_at = freshness.last_complete_at(&project.account, &PROJECT);
        ProjectView::new(project, reader.scope(), last_complete_at)
    });
    representation.of(&List::new(data.collect(), next, freshness.coverage(Some(&PROJECT), state.now())))
}

/// Returns a single project.
#[utoipa::path(
    get, path = "/inventory/projects/{account}/{id}", operation_id = "getProject", tag = "inventory", security(("id_token" = [])),
    params(ProjectPath),
    responses((status = 200, description = "The requested project.", body = ProjectView), ItemResponses)
)]
pub(super) async fn one(
    caller: Caller,
    State(state): State<AppState>,
    Path(ProjectPath { account, id }): Path<ProjectPath>,
) -> Result<Json<ProjectView>, ApiProblem> {
    let reader = state.reader(&caller);
    let Some(project) = reader.project(&account, &id).await? else { return Err(ApiProblem::not_found()) };
    let freshness = Freshness::new(reader.sync_states(std::slice::from_ref(&account)).await?);
    let last_complete_at = freshness.last_complete_at(&account, &PROJECT);
    Ok(Json(ProjectView::new(project, reader.scope(), last_complete_at)))
}

/// Assigns a project to a tenant, or sets its purpose.
///
/// All resources of the project belong to the tenant at once. Only platform admins may call this
/// operation.
#[utoipa::path(
    patch, path = "/inventory/projects/{account}/{id}", operation_id = "changeProject", tag = "inventory", request_body = ProjectChange,
    security(("id_token" = [])),
    params(ProjectPath),
    responses(
        (status = 200, description = "The project after the change.", body = ProjectView),
        ChangeResponses
    )
)]
pub(super) async fn change(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Path(ProjectPath { account, id }): Path<ProjectPath>,
    Body(change): Body<ProjectChange>,
) -> Result<Json<ProjectView>, ApiProblem> {
    let change = change.check(state.now())?;
    let audit = change.audit(&admin, &state, &request, format!("{account}/{id}"));
    let reader = state.reader(&Caller::Admin(admin.clone()));
    let changed = retry_on_conflict((), async |()| {
        let Some(project) = reader.project(&account, &id).await? else { return Err(ApiProblem::not_found()) };
        let before = project.version;
        let mut changed = project.clone();
        change.apply(&mut changed)?;
        if changed != project {
            changed.version += 1;
            let write = ProjectWrite { before: Some(before), project: changed.clone() };
            if state.table(&admin).update_project(&write, &audit).await? == UpdateOutcome::Stale {
                return Ok(ControlFlow::Continue(()));
            }
        }
        Ok(ControlFlow::Break(changed))
    });
    let project = changed.await?.break_value().ok_or_else(|| {
        ApiProblem::conflict("concurrent-change", "Other requests keep changing the project. Repeat the request.")
    })?;
    let freshness = Freshness::new(reader.sync_states(std::slice::from_ref(&account)).await?);
    let last_complete_at = freshness.last_complete_at(&account, &PROJECT);
    Ok(Json(ProjectView::new(project, reader.scope(), last_complete_at)))
}

impl ProjectChange {
    fn check(self, now: DateTime<Utc>) -> Result<ValidatedProjectChange, ApiProblem> {
        let Self { tenant_id, tenant_from, purpose } = self;
        let mut errors = FieldErrors::default();
        let is_empty = tenant_id.is_none() && purpose.is_none() && tenant_from.is_none();
        errors.add("#", is_empty.then_some("expected tenant_id, purpose or both"));
        let tenant = tenant_id.clone().map(|tenant| tenant.and_then(|tenant| TenantId::new(tenant).ok()));
        let is_wrong = matches!((&tenant_id, &tenant), (Some(Some(_)), Some(None)));
        errors.add("#/tenant_id", is_wrong.then(|| format!("expected {SLUG}, or null")));
        let is_alone = tenant_from.is_some() && tenant_id.is_none();
        errors.add("#/tenant_from", is_alone.then_some("expected together with tenant_id only"));
        let is_future = tenant_from.is_some_and(|from| from > now);
        errors.add("#/tenant_from", is_future.then_some("expected a time that is not in the future"));
        errors.add("#/purpose", purpose.iter().flatten().find_map(|purpose| label_error(purpose, 200)));
        let from = to_millis(tenant_from.unwrap_or(now));
        errors.finish(Some(ValidatedProjectChange { tenant, from, from_given: tenant_from.is_some(), purpose }))
    }
}

impl ValidatedProjectChange {
    fn apply(&self, project: &mut Project) -> Result<(), ApiProblem> {
        match self.tenant.clone() {
            Some(tenant) if tenant != project.tenant_id => project.assign_tenant(tenant, self.from),
            Some(_) if self.from_given => project.move_tenancy_start(self.from).map_err(|_: TenancyConflict| {
                let detail = "The tenancy cannot begin in another tenant's time or before the project was first seen; see tenant_history.";
                ApiProblem::conflict("tenant-history", detail)
            })?,
            _ => {}
        }
        if let Some(purpose) = self.purpose.clone() {
            project.purpose = purpose;
        }
        Ok(())
    }

    fn audit(&self, admin: &Admin, state: &AppState, request: &RequestId, target: String) -> AuditEntry {
        let mut values = serde_json::Map::new();
        if let Some(tenant) = &self.tenant {
            values.insert("tenant_id".to_owned(), json!(tenant));
            values.insert("tenant_from".to_owned(), self.from.to_rfc3339_opts(SecondsFormat::AutoSi, true).into());
        }
        if let Some(purpose) = &self.purpose {
            values.insert("purpose".to_owned(), json!(purpose));
        }
        state.audit(admin, request, "project.change", target, values.into())
    }
}
