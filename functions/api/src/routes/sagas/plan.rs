//! Plans: what a saga would do. Admins only.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use sagas::plan::{Planner, SagaPlan};
use sagas::ports::Fault;
use sagas::record::SagaId;
use sagas::steps::STEPS;

use super::request::{SagaRequest, StartRequest};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Json as Body;
use crate::openapi::{
    AuthResponses, ConflictResponse, InvalidBodyResponse, InvalidParametersResponse, NotFoundResponse,
    ServerErrorResponses,
};
use crate::problem::{ApiProblem, DIGITALOCEAN_RETRY_AFTER_SECONDS};
use crate::provisioning::PRICES;
use crate::views::PlanView;
use crate::visibility::owning_tenant;

/// The longest wait that is named, in seconds.
const MAX_RETRY_AFTER_SECONDS: i64 = 3_600;

/// What a saga would do, and what undoing it could restore. It reads DigitalOcean and writes nothing; the body is that of `POST /sagas`.
/// Admins only.
#[utoipa::path(
    post, path = "/sagas/plan", operation_id = "planSaga", tag = "sagas", request_body = SagaRequest, security(("id_token" = [])),
    responses(
        (status = 200, description = "The plan.", body = PlanView),
        InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
    )
)]
pub(in crate::routes) async fn plan(
    admin: Admin,
    State(state): State<AppState>,
    Body(body): Body<SagaRequest>,
) -> Result<Json<PlanView>, ApiProblem> {
    let checked = body.validate(state.now()).map_err(ApiProblem::unprocessable)?;
    let table = state.table(&admin);
    let wanted = checked.in_account(table.accounts().await?)?;
    let plan = compute_plan(&state, &wanted).await?;
    let tenant = owning_tenant(table, &wanted.definition.locks).await?;
    Ok(Json(PlanView::new(plan, wanted.saga_type, wanted.account.into(), tenant.map(Into::into))))
}

/// The plan of a saga as things are now. No saga has the id that names are built with: the same plan twice reads the same.
pub(super) async fn compute_plan(state: &AppState, wanted: &StartRequest) -> Result<SagaPlan, ApiProblem> {
    let provisioning = state.provisioning()?;
    let saga = SagaId::from(uuid::Uuid::nil());
    let planner = Planner { steps: STEPS, timing: &provisioning.timing, prices: PRICES, saga, now: state.now() };
    let provider = provisioning.provider_factory.provider();
    let plan = planner.plan(provider.as_ref(), &wanted.account, &wanted.definition).await;
    plan.map_err(|fault| problem(&fault, state.now()))
}

/// Why there is no plan. Logged here, once; DigitalOcean's words are not passed on.
fn problem(fault: &Fault, now: DateTime<Utc>) -> ApiProblem {
    tracing::warn!(error = runtime::telemetry::chain(fault), "DigitalOcean could not be read for a plan");
    match fault {
        Fault::Limited { until } => {
            let wait = (*until - now).num_seconds().clamp(1, MAX_RETRY_AFTER_SECONDS);
            ApiProblem::digitalocean_unavailable(u32::try_from(wait).unwrap_or(DIGITALOCEAN_RETRY_AFTER_SECONDS))
        }
        Fault::Unauthorised(_) => ApiProblem::conflict(
            "token-not-accepted",
            "DigitalOcean does not accept the account's token for provisioning, or there is none. See the log, and mend the secret.",
        ),
        Fault::Refused(_) => ApiProblem::conflict(
            "digitalocean-refuses",
            "DigitalOcean refuses to show what the steps work on. The log has its reason under this request id.",
        ),
        Fault::NotFound(_) | Fault::PendingEvent | Fault::Ambiguous(_) | Fault::Transient(_) => {
            ApiProblem::digitalocean_unavailable(DIGITALOCEAN_RETRY_AFTER_SECONDS)
        }
    }
}
