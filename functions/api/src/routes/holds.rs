//! Confirmations of held deletions. Admins only.

use axum::extract::State;
use axum::{Extension, Json};
use domain::{AccountId, Hold, Kind, RunId};
use http::StatusCode;
use inventory::workers::{InventoryWorker, Target};
use serde::Deserialize;
use serde_json::json;
use store::ConfirmOutcome;
use utoipa::ToSchema;

use super::runs::{WorkerPath, enabled_account, invalid_field, kind_of};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::{Json as Body, Path};
use crate::http::observe::RequestId;
use crate::http::problem::ApiProblem;
use crate::http::responses::ChangeResponses;
use crate::views::ConfirmedDeletionsView;
use crate::workers;

/// The held deletions to confirm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmDeletionsRequest {
    /// Account of the resources.
    #[schema(example = "main")]
    account: String,
    /// Kind of the resources, as in `GET /sync`; required if the worker holds deletions of several
    /// kinds.
    #[schema(example = "droplet")]
    kind: Option<String>,
    /// Id of the hold, as `held.hold_id` in `GET /sync`; the current hold if left out.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    hold_id: Option<String>,
}

/// Confirms that resources are really deleted at DigitalOcean, and requests the run that marks them
/// as deleted.
///
/// A worker holds deletions back when an unusual number of a kind is missing at once. Only platform
/// admins may call this operation.
#[utoipa::path(
    post, path = "/sync/{worker}/confirm", operation_id = "confirmDeletions", tag = "sync", request_body = ConfirmDeletionsRequest, security(("id_token" = [])),
    params(WorkerPath),
    responses(
        (status = 202, description = "The deletions are confirmed and the run is queued.", body = ConfirmedDeletionsView),
        ChangeResponses
    )
)]
pub(super) async fn confirm(
    admin: Admin,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Path(path): Path<WorkerPath>,
    Body(ConfirmDeletionsRequest { account, kind, hold_id }): Body<ConfirmDeletionsRequest>,
) -> Result<(StatusCode, Json<ConfirmedDeletionsView>), ApiProblem> {
    let worker = path.inventory_worker()?;
    let kind = kind.map(|kind| kind_of(workers::AnyWorker::Inventory(worker), kind)).transpose()?;
    let hold_id = hold_id.map(RunId::new).transpose();
    let hold_id = hold_id.map_err(|_| invalid_field("#/hold_id", "the hold_id that GET /sync shows"))?;
    let account = enabled_account(&admin, &state, account).await?.account;
    let mut held = held(&admin, &state, &account, worker).await?;
    held.retain(|(held_kind, hold)| {
        kind.as_ref().is_none_or(|kind| kind == held_kind) && hold_id.as_ref().is_none_or(|id| *id == hold.id)
    });
    let (kind, hold) = single_hold(held)?;
    let values = json!({ "hold_id": hold.id, "count": hold.count });
    let target = format!("{account}/{}/{kind}", worker.name);
    let audit = state.audit(&admin, &request, "sync.confirm", target, values);
    match state.table(&admin).confirm_hold(&account, &kind, &hold.id, &audit).await? {
        ConfirmOutcome::Recorded => {}
        ConfirmOutcome::NoSuchHold => return Err(no_held_deletions()),
    }
    let run_id = state.enqueue_run(worker.name, account.as_str(), Some(&kind)).await?;
    Ok((StatusCode::ACCEPTED, Json(ConfirmedDeletionsView::new(run_id, account, kind, hold))))
}

/// Returns the deletions that the worker holds back in the account, by kind.
async fn held(
    admin: &Admin,
    state: &AppState,
    account: &AccountId,
    worker: &InventoryWorker,
) -> Result<Vec<(Kind, Hold)>, ApiProblem> {
    let mut sync_states = state.table(admin).sync_states(account).await?;
    let mut hold = |kind: Kind| sync_states.remove(&kind).and_then(|state| state.hold).map(|hold| (kind, hold));
    Ok(worker.targets.iter().map(Target::sync_kind).filter_map(&mut hold).collect())
}

/// Returns the single hold. Several holds give 422, because the request must name the kind; none
/// gives 409.
fn single_hold(held: Vec<(Kind, Hold)>) -> Result<(Kind, Hold), ApiProblem> {
    let kinds: Vec<&str> = held.iter().map(|(kind, _)| kind.as_str()).collect();
    if kinds.len() > 1 {
        return Err(invalid_field(
            "#/kind",
            &format!("one of {}, because deletions of each are held", kinds.join(", ")),
        ));
    }
    held.into_iter().next().ok_or(no_held_deletions())
}

fn no_held_deletions() -> ApiProblem {
    ApiProblem::conflict(
        "no-held-deletions",
        "Held deletions that match the request do not exist, or no longer. See held in GET /sync.",
    )
}
