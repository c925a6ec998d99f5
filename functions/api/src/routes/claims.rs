//! Operators' claims: assignments of resources to projects or tenants. Admins only.

use std::ops::ControlFlow;

use axum::extract::State;
use axum::{Extension, Json};
use domain::{AccountId, ProjectId, ResourceKey, TenantId};
use inventory::upsert::{Claim, claimed};
use serde::Deserialize;
use serde_json::json;
use store::{AuditEntry, Reader, UpdateOutcome, retry_on_conflict};
use utoipa::ToSchema;

use super::listing::{ID, SLUG};
use super::resources::{ResourcePath, resource_view};
use crate::AppState;
use crate::http::caller::{Admin, Caller};
use crate::http::extract::{Json as Body, Path, double_option};
use crate::http::observe::RequestId;
use crate::http::problem::{ApiProblem, FieldErrors};
use crate::http::responses::ChangeResponses;
use crate::views::ResourceView;

/// A claim of a resource. Fields that are left out stay unchanged; null withdraws a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceChange {
    /// Project of the same account that the resource is assigned to; null leaves the project to
    /// DigitalOcean's lists again.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679", min_length = 1, max_length = 255)]
    project_id: Option<Option<String>>,
    /// Tenant that owns the resource, whatever its project: 1 to 32 characters of a-z, 0-9 and '-';
    /// null leaves the tenant to the project again.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, example = "acme", pattern = "^[a-z0-9-]{1,32}$")]
    tenant_id: Option<Option<String>>,
}

/// Assigns a resource to a project or a tenant.
///
/// The claim takes effect at once, and no sweep overrides it. Use it for a resource that no project
/// lists or that the wrong project lists. Child resources (records of a zone, backups of a droplet)
/// follow the resource's project, but not its tenant. Only platform admins may call this operation.
#[utoipa::path(
    patch, path = "/inventory/resources/{account}/{kind}/{provider_id}", operation_id = "claimResource", tag = "inventory",
    request_body = ResourceChange, security(("id_token" = [])),
    params(ResourcePath),
    responses(
        (status = 200, description = "The resource after the change.", body = ResourceView),
        ChangeResponses
    )
)]
pub(super) async fn change(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Path(path): Path<ResourcePath>,
    Body(change): Body<ResourceChange>,
) -> Result<Json<ResourceView>, ApiProblem> {
    let caller = Caller::Admin(admin.clone());
    let key = ResourceKey::from(path);
    let reader = state.reader(&caller);
    let claim = change.check(&reader, &key.account).await?;
    let audit = audit(&claim, &admin, &state, &request, &key);
    let changed = retry_on_conflict((), async |()| {
        let Some(row) = reader.resource(&key).await? else { return Err(ApiProblem::not_found()) };
        if !row.is_live() {
            return Err(ApiProblem::conflict(
                "resource-deleted",
                "The resource is deleted, so that its project and tenant can no longer change.",
            ));
        }
        let row = match claimed(&row, &claim, audit.at) {
            None => row,
            Some(write) => match state.table(&admin).claim_resource(&write, row.claimed_tenant(), &audit).await? {
                UpdateOutcome::Written => write.row,
                UpdateOutcome::Stale => return Ok(ControlFlow::Continue(())),
            },
        };
        Ok(ControlFlow::Break(row))
    });
    let row = changed.await?.break_value().ok_or_else(|| {
        ApiProblem::conflict("concurrent-change", "Other requests keep changing the resource. Repeat the request.")
    })?;
    Ok(Json(resource_view(&reader, &caller, row).await?))
}

impl ResourceChange {
    async fn check(self, reader: &Reader, account: &AccountId) -> Result<Claim, ApiProblem> {
        let Self { project_id, tenant_id } = self;
        let mut errors = FieldErrors::default();
        let is_empty = project_id.is_none() && tenant_id.is_none();
        errors.add("#", is_empty.then_some("expected project_id, tenant_id or both"));
        let project = project_id.clone().map(|id| id.and_then(|id| ProjectId::new(id).ok()));
        match (&project_id, &project) {
            (Some(Some(_)), Some(None)) => errors.add("#/project_id", Some(format!("expected {ID}, or null"))),
            (_, Some(Some(id))) => {
                let found = reader.project(account, id).await?;
                let is_gone = found.is_none_or(|project| project.deleted_at.is_some());
                errors.add("#/project_id", is_gone.then_some("expected a project that is in the resource's account"));
            }
            _ => {}
        }
        let tenant = tenant_id.clone().map(|id| id.and_then(|id| TenantId::new(id).ok()));
        let is_wrong = matches!((&tenant_id, &tenant), (Some(Some(_)), Some(None)));
        errors.add("#/tenant_id", is_wrong.then(|| format!("expected {SLUG}, or null")));
        errors.finish(Some(Claim { project, tenant }))
    }
}

fn audit(claim: &Claim, admin: &Admin, state: &AppState, request: &RequestId, key: &ResourceKey) -> AuditEntry {
    let mut values = serde_json::Map::new();
    if let Some(project) = &claim.project {
        values.insert("project_id".to_owned(), json!(project));
    }
    if let Some(tenant) = &claim.tenant {
        values.insert("tenant_id".to_owned(), json!(tenant));
    }
    let ResourceKey { account, kind, provider_id } = key;
    state.audit(admin, request, "resource.claim", format!("{account}/{kind}/{provider_id}"), values.into())
}
