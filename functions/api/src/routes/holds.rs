//! The word that held deletions are real. Admins only.

use axum::extract::State;
use axum::{Extension, Json};
use domain::{AccountId, Hold, Kind, RunId};
use http::StatusCode;
use inventory::workers::{InventoryWorker, Target};
use serde::Deserialize;
use serde_json::json;
use store::{AuditEntry, ConfirmOutcome};
use utoipa::ToSchema;

use super::runs::{WorkerPath, enabled_account, invalid_field, kind_of};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::{Json as Body, Path};
use crate::observe::RequestId;
use crate::openapi::{
    AuthResponses, ConflictResponse, InvalidBodyResponse, InvalidParametersResponse, NotFoundResponse,
    ServerErrorResponses,
};
use crate::problem::ApiProblem;
use crate::views::ConfirmedDeletionsView;
use crate::workers;

/// Which deletions are real.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmDeletionsRequest {
    /// The account.
    #[schema(example = "main")]
    account: String,
    /// The kind, as `GET /sync` names it; needed where deletions of several of the worker's kinds wait.
    #[schema(example = "droplet")]
    kind: Option<String>,
    /// `held.hold_id` as `GET /sync` shows it; whatever is held now if left out.
    #[schema(example = "7f3c7bd2-4a35-4d0c-9a2e-5a6a2a3e6c11")]
    hold_id: Option<String>,
}

/// Confirms that the deletions a worker holds back of a kind are real, and asks for the run that makes them. Admins only.
#[utoipa::path(
    post, path = "/sync/{worker}/confirm", operation_id = "confirmDeletions", tag = "sync", request_body = ConfirmDeletionsRequest, security(("id_token" = [])),
    params(("worker" = String, Path, description = "The worker, such as `droplets`.")),
    responses(
        (status = 202, description = "They are confirmed, and the run is asked for.", body = ConfirmedDeletionsView),
        InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
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
    held.retain(|(lane, hold)| {
        kind.as_ref().is_none_or(|kind| kind == lane) && hold_id.as_ref().is_none_or(|id| *id == hold.id)
    });
    let (kind, hold) = only(held)?;
    let audit = AuditEntry {
        id: request.0,
        at: state.now(),
        actor: admin.subject().to_owned(),
        action: "sync.confirm".to_owned(),
        target: format!("{account}/{}/{kind}", worker.name),
        values: json!({ "hold_id": hold.id, "count": hold.count }),
    };
    match state.table(&admin).confirm_hold(&account, &kind, &hold.id, &audit).await? {
        ConfirmOutcome::Recorded => {}
        ConfirmOutcome::NoSuchHold => return Err(no_held_deletions()),
    }
    let run_id = state.enqueue_run(worker.name, account.as_str(), Some(&kind)).await?;
    Ok((StatusCode::ACCEPTED, Json(ConfirmedDeletionsView::new(run_id, account, kind, hold))))
}

/// What the worker holds back in the account, by kind.
async fn held(
    admin: &Admin,
    state: &AppState,
    account: &AccountId,
    worker: &InventoryWorker,
) -> Result<Vec<(Kind, Hold)>, ApiProblem> {
    let mut lanes = state.table(admin).sync_states(account).await?;
    let mut hold = |kind: Kind| lanes.remove(&kind).and_then(|lane| lane.hold).map(|hold| (kind, hold));
    Ok(worker.targets.iter().map(Target::sync_kind).filter_map(&mut hold).collect())
}

/// The one that is meant, if that is clear.
fn only(held: Vec<(Kind, Hold)>) -> Result<(Kind, Hold), ApiProblem> {
    let kinds: Vec<&str> = held.iter().map(|(kind, _)| kind.as_str()).collect();
    if kinds.len() > 1 {
        return Err(invalid_field("#/kind", &format!("one of {}: deletions of each wait", kinds.join(", "))));
    }
    held.into_iter().next().ok_or(no_held_deletions())
}

fn no_held_deletions() -> ApiProblem {
    ApiProblem::conflict(
        "no-held-deletions",
        "No such deletions wait for a confirmation (any more). See held in GET /sync.",
    )
}
