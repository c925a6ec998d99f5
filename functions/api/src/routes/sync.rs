//! How the mirror does, runs on demand, and the word that held deletions are real. Admins only.

use axum::extract::State;
use axum::{Extension, Json};
use domain::{Account, AccountId, AccountStatus, RunId, Scope};
use http::StatusCode;
use inventory::workers::{WORKERS, Worker};
use runtime::batch::ALL_ACCOUNTS;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{AuditEntry, Confirmed};
use utoipa::{IntoParams, ToSchema};

use super::listing::{PageQuery, SLUG};
use crate::AppState;
use crate::caller::{Admin, Caller};
use crate::cursor::Binding;
use crate::extract::{Json as Body, OptionalJson, Path, Query};
use crate::freshness::Coverage;
use crate::observe::RequestId;
use crate::openapi::{BadBody, BadParameters, Conflict, Denials, Failures, NotFound};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::{FieldError, Problem};
use crate::views::{List, RunView, SyncView, page_of};

/// Whose sync is wanted; all that are given must fit.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SyncFilter {
    /// Of this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Of this worker.
    worker: Option<String>,
}

/// Whose sync is wanted, and which page of it.
#[derive(Debug)]
pub(super) struct SyncQuery {
    filter: SyncFilter,
    page: PageQuery,
}

/// A worker in a path.
#[derive(Debug)]
pub(super) struct WorkerPath(String);

/// Which account to run for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunRequest {
    /// The account; all enabled ones if left out.
    #[schema(example = "main")]
    account: Option<String>,
}

/// Which deletions are real.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmation {
    /// The account.
    #[schema(example = "main")]
    account: String,
    /// `held.hold_id` as `GET /sync` shows it; whatever is held now if left out.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    hold_id: Option<String>,
}

impl FromParameters for SyncQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let names: Vec<&str> = WORKERS.iter().map(|worker| worker.name).collect();
        let expected = format!("one of {}", names.join(", "));
        let filter = SyncFilter {
            account: parameters.parse("account", SLUG, |text| AccountId::new(text).ok()),
            worker: parameters.parse("worker", &expected, |text| Worker::named(text).map(|w| w.name.to_owned())),
        };
        Some(Self { filter, page: PageQuery::read(parameters)? })
    }
}

impl FromParameters for WorkerPath {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        parameters.required("worker", "a worker's name", |text| Some(text.to_owned())).map(Self)
    }
}

/// How every worker does in every account. Admins only.
#[utoipa::path(
    get, path = "/sync", operation_id = "listSync", tag = "sync", params(SyncFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A row for each.", body = List<SyncView>), BadParameters, Denials, Failures)
)]
pub(super) async fn list(
    admin: Admin,
    State(state): State<AppState>,
    Query(SyncQuery { filter, page }): Query<SyncQuery>,
) -> Result<Json<List<SyncView>>, Problem> {
    let binding = Binding::new(&Scope::Platform, "sync", &filter);
    let after: Option<String> = page.position(&binding)?;
    let reader = state.reader(&Caller::Admin(admin));
    let mut accounts = reader.accounts().await?;
    accounts.retain(|account| filter.account.as_ref().is_none_or(|wanted| wanted == account));
    let lanes = reader.lanes(&accounts).await?;
    let now = state.now();
    let mut rows: Vec<SyncView> = lanes
        .iter()
        .flat_map(|(account, lanes)| WORKERS.iter().map(move |worker| (account, worker, lanes.get(&worker.lane()))))
        .filter(|(_, worker, _)| filter.worker.as_ref().is_none_or(|wanted| wanted == worker.name))
        .map(|(account, worker, lane)| SyncView::new(account, worker, lane, now))
        .collect();
    let key = |row: &SyncView| format!("{}/{}", row.account, row.worker);
    rows.sort_by_cached_key(key);
    let complete = rows.iter().all(|row| row.status.is_complete());
    let as_of = rows.iter().filter_map(|row| row.last_complete_at).min().unwrap_or(now);
    let (rows, next) = page_of(rows, key, after.as_deref(), page.limit, &binding);
    Ok(Json(List::new(rows, next, Coverage { as_of, complete })))
}

/// Asks for a run of a worker. It is queued; `GET /sync` shows its `run_id` once it is done. Admins only.
#[utoipa::path(
    post, path = "/sync/{worker}", operation_id = "runWorker", tag = "sync", request_body = Option<RunRequest>, security(("id_token" = [])),
    params(("worker" = String, Path, description = "The worker, such as `droplets`.")),
    responses(
        (status = 202, description = "It is asked for.", body = RunView),
        BadParameters, Denials, NotFound, Conflict, BadBody, Failures
    )
)]
pub(super) async fn run(
    admin: Admin,
    State(state): State<AppState>,
    Path(WorkerPath(worker)): Path<WorkerPath>,
    OptionalJson(request): OptionalJson<RunRequest>,
) -> Result<(StatusCode, Json<RunView>), Problem> {
    let worker = Worker::named(&worker).ok_or(Problem::not_found())?;
    let run_id = match request.account {
        None => state.ask_for_run(worker.name, ALL_ACCOUNTS).await?,
        Some(account) => {
            let account = enabled_account(&admin, &state, account).await?;
            state.ask_for_run(worker.name, account.account.as_str()).await?
        }
    };
    Ok((StatusCode::ACCEPTED, Json(run_id.into())))
}

/// Confirms that the deletions a worker holds back are real, and asks for the run that makes them. Admins only.
#[utoipa::path(
    post, path = "/sync/{worker}/confirm", operation_id = "confirmDeletions", tag = "sync", request_body = Confirmation, security(("id_token" = [])),
    params(("worker" = String, Path, description = "The worker, such as `droplets`.")),
    responses(
        (status = 202, description = "They are confirmed, and the run is asked for.", body = RunView),
        BadParameters, Denials, NotFound, Conflict, BadBody, Failures
    )
)]
pub(super) async fn confirm(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Path(WorkerPath(worker)): Path<WorkerPath>,
    Body(confirmation): Body<Confirmation>,
) -> Result<(StatusCode, Json<RunView>), Problem> {
    let worker = Worker::named(&worker).ok_or(Problem::not_found())?;
    let named = confirmation.hold_id.map(RunId::new).transpose();
    let named = named.map_err(|_| wrong("#/hold_id", "expected the hold_id that GET /sync shows"))?;
    let Account { account, .. } = enabled_account(&admin, &state, confirmation.account).await?;
    let lane = state.table(&admin).lane(&account, &worker.lane()).await?;
    let held = lane.and_then(|lane| lane.hold).ok_or(nothing_held())?;
    if named.is_some_and(|named| named != held.id) {
        return Err(nothing_held());
    }
    let audit = AuditEntry {
        id: request.0,
        at: state.now(),
        actor: admin.subject().to_owned(),
        action: "sync.confirm".to_owned(),
        target: format!("{account}/{}", worker.name),
        values: json!({ "hold_id": held.id, "count": held.count }),
    };
    match state.table(&admin).confirm_hold(&account, &worker.lane(), &held.id, &audit).await? {
        Confirmed::Noted => {}
        Confirmed::NothingHeld => return Err(nothing_held()),
    }
    let run_id = state.ask_for_run(worker.name, account.as_str()).await?;
    Ok((StatusCode::ACCEPTED, Json(run_id.into())))
}

async fn enabled_account(admin: &Admin, state: &AppState, slug: String) -> Result<Account, Problem> {
    let id = AccountId::new(slug).map_err(|_| wrong("#/account", SLUG))?;
    let account = state.table(admin).account(&id).await?.ok_or(Problem::not_found())?;
    match account.status {
        AccountStatus::Enabled => Ok(account),
        AccountStatus::Paused => Err(Problem::conflict(
            "account-paused",
            "The account is paused. Resume it first: PATCH /accounts/{account}.",
        )),
    }
}

fn nothing_held() -> Problem {
    Problem::conflict("nothing-held", "No such deletions wait for a confirmation (any more). See held in GET /sync.")
}

fn wrong(pointer: &str, expected: &str) -> Problem {
    let detail = format!("expected {}", expected.trim_start_matches("expected "));
    Problem::unprocessable(vec![FieldError { pointer: pointer.to_owned(), detail }])
}
