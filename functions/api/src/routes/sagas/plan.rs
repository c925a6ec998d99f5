//! Plans of sagas: the changes that a saga would make. Admins only.

use access::owning_tenant;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use sagas::plan::{Planner, SagaPlan};
use sagas::ports::Fault;
use sagas::record::SagaId;
use sagas::steps::STEPS;

use super::request::{SagaRequest, StartRequest};
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::Json as Body;
use crate::http::problem::{ApiProblem, DIGITALOCEAN_RETRY_AFTER_SECONDS};
use crate::http::responses::ChangeResponses;
use crate::provisioning::PRICES;
use crate::views::PlanView;

/// The longest value of `Retry-After`, in seconds.
const MAX_RETRY_AFTER_SECONDS: i64 = 3_600;

/// Computes the changes that a saga would make, and how far they could be rolled back.
///
/// The operation reads from DigitalOcean and writes nothing. The body is the same as of `POST
/// /sagas`. Only platform admins may call this operation.
#[utoipa::path(
    post, path = "/sagas/plan", operation_id = "planSaga", tag = "sagas", request_body = SagaRequest, security(("id_token" = [])),
    responses(
        (status = 200, description = "The plan of the saga.", body = PlanView),
        ChangeResponses
    )
)]
pub(in crate::routes) async fn plan(
    admin: Admin,
    State(state): State<AppState>,
    Body(body): Body<SagaRequest>,
) -> Result<Json<PlanView>, ApiProblem> {
    let checked = body.validate(state.now()).map_err(ApiProblem::unprocessable)?;
    let table = state.table(&admin);
    let start_request = checked.in_account(table.accounts().await?)?;
    let plan = compute_plan(&state, &start_request).await?;
    let tenant = owning_tenant(table, &start_request.definition.locks).await?;
    Ok(Json(PlanView::new(plan, start_request.saga_type, start_request.account.into(), tenant.map(Into::into))))
}

/// Computes the plan of a saga in the current state. Names are built with an id that no saga has,
/// so that the same plan computed twice has the same hash.
pub(super) async fn compute_plan(state: &AppState, start_request: &StartRequest) -> Result<SagaPlan, ApiProblem> {
    let provisioning = state.provisioning()?;
    let saga = SagaId::from(uuid::Uuid::nil());
    let planner = Planner { steps: STEPS, timing: &provisioning.timing, prices: PRICES, saga, now: state.now() };
    let provider = provisioning.provider_factory.provider();
    let plan = planner.plan(provider.as_ref(), &start_request.account, &start_request.definition).await;
    plan.map_err(|fault| problem(&fault, state.now()))
}

/// Maps a failed read to a problem. The error is logged here, once; the caller does not receive
/// DigitalOcean's text.
fn problem(fault: &Fault, now: DateTime<Utc>) -> ApiProblem {
    tracing::warn!(error = runtime::telemetry::chain(fault), "cannot read DigitalOcean for a saga plan");
    match fault {
        Fault::Limited { until } => {
            let wait = (*until - now).num_seconds().clamp(1, MAX_RETRY_AFTER_SECONDS);
            ApiProblem::digitalocean_unavailable(u32::try_from(wait).unwrap_or(DIGITALOCEAN_RETRY_AFTER_SECONDS))
        }
        Fault::Unauthorised(_) => ApiProblem::conflict(
            "token-not-accepted",
            "DigitalOcean does not accept the account's provisioning token, or the secret is missing. \
             See the log, and correct the secret.",
        ),
        Fault::Refused(_) => ApiProblem::conflict(
            "digitalocean-refuses",
            "DigitalOcean refuses to return the targets of the steps. The log contains the reason under this request id.",
        ),
        Fault::NotFound(_) | Fault::PendingEvent | Fault::Ambiguous(_) | Fault::Transient(_) => {
            ApiProblem::digitalocean_unavailable(DIGITALOCEAN_RETRY_AFTER_SECONDS)
        }
    }
}
