//! Runs of workers on request. Admins only.

use axum::Json;
use axum::extract::State;
use domain::{Account, AccountId, AccountStatus, Kind};
use http::StatusCode;
use runtime::batch::ALL_ACCOUNTS;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::listing::SLUG;
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{OptionalJson, Path};
use crate::http::problem::{ApiProblem, ValidationError};
use crate::http::responses::ChangeResponses;
use crate::views::RunView;
use crate::workers::AnyWorker;

/// The name of a worker, from the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WorkerPath {
    /// Name of the worker, such as `droplets`.
    worker: String,
}

/// The scope of a run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunRequest {
    /// Account to run for; all enabled accounts if left out.
    #[schema(example = "main")]
    account: Option<String>,
    /// Kind to mirror, as in `GET /sync`; all kinds of the worker if left out. Billing workers take
    /// no kind.
    #[schema(example = "droplet")]
    kind: Option<String>,
}

impl WorkerPath {
    /// Returns the worker with this name, or 404.
    fn worker(&self) -> Result<AnyWorker, ApiProblem> {
        AnyWorker::named(&self.worker).ok_or(ApiProblem::not_found())
    }

    /// Returns the inventory worker with this name, or 404. Billing workers hold no deletions back.
    pub(super) fn inventory_worker(&self) -> Result<&'static inventory::workers::InventoryWorker, ApiProblem> {
        match self.worker()? {
            AnyWorker::Inventory(worker) => Ok(worker),
            AnyWorker::Billing(_) => Err(ApiProblem::not_found()),
        }
    }
}

/// Requests a run of a worker.
///
/// The run is queued; `GET /sync` shows its `run_id` once it has ended. Only platform admins may
/// call this operation.
#[utoipa::path(
    post, path = "/sync/{worker}", operation_id = "runWorker", tag = "sync", request_body = Option<RunRequest>, security(("id_token" = [])),
    params(WorkerPath),
    responses(
        (status = 202, description = "The run is queued.", body = RunView),
        ChangeResponses
    )
)]
pub(super) async fn run(
    admin: Admin,
    State(state): State<AppState>,
    Path(path): Path<WorkerPath>,
    OptionalJson(RunRequest { account, kind }): OptionalJson<RunRequest>,
) -> Result<(StatusCode, Json<RunView>), ApiProblem> {
    let worker = path.worker()?;
    let kind = kind.map(|kind| kind_of(worker, kind)).transpose()?;
    let account = match account {
        None => ALL_ACCOUNTS.to_owned(),
        Some(slug) => enabled_account(&admin, &state, slug).await?.account.to_string(),
    };
    let run_id = state.enqueue_run(worker.name(), &account, kind.as_ref()).await?;
    Ok((StatusCode::ACCEPTED, Json(run_id.into())))
}

/// Returns the registered account with this slug; 404 if there is none, 409 if it is paused.
pub(super) async fn enabled_account(admin: &Admin, state: &AppState, slug: String) -> Result<Account, ApiProblem> {
    let id = AccountId::new(slug).map_err(|_| invalid_field("#/account", SLUG))?;
    let account = state.table(admin).account(&id).await?.ok_or(ApiProblem::not_found())?;
    match account.status {
        AccountStatus::Enabled => Ok(account),
        AccountStatus::Paused => Err(ApiProblem::conflict(
            "account-paused",
            "The account is paused. Resume it first: PATCH /accounts/{account}.",
        )),
    }
}

/// Parses one of the worker's kinds; 422 if the worker does not have it.
pub(super) fn kind_of(worker: AnyWorker, name: String) -> Result<Kind, ApiProblem> {
    if let AnyWorker::Billing(_) = worker {
        return Err(invalid_field("#/kind", "no value, because billing workers mirror no kind"));
    }
    let kinds = worker.sync_kinds();
    Kind::new(name).ok().filter(|kind| kinds.contains(kind)).ok_or_else(|| {
        let kinds: Vec<String> = kinds.into_iter().map(Into::into).collect();
        invalid_field("#/kind", &format!("one of {}", kinds.join(", ")))
    })
}

/// 422: a field of the body has an invalid value.
pub(super) fn invalid_field(pointer: &str, expected: &str) -> ApiProblem {
    ApiProblem::unprocessable(vec![ValidationError::new(pointer, format!("expected {expected}"))])
}
