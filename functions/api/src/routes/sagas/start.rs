//! Starting sagas. Admins only.

use axum::extract::State;
use axum::{Extension, Json};
use http::{StatusCode, header};
use sagas::ports::{Phase, SagaStore, StartResult};
use sagas::record::{NewSaga, SagaId, Start};
use serde_json::json;

use super::idempotency::IdempotencyKey;
use super::plan::compute_plan;
use super::request::{SagaRequest, StartRequest, ValidatedRequest};
use super::{audit, tx};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Json as Body;
use crate::observe::RequestId;
use crate::openapi::{
    AuthResponses, ConflictResponse, InvalidBodyResponse, InvalidParametersResponse, NotFoundResponse,
    ServerErrorResponses,
};
use crate::problem::ApiProblem;
use crate::views::SagaView;
use crate::visibility::{Visibility, owning_tenant};

/// A saga that was started, now or before.
pub(super) type StartResponse = (StatusCode, [(header::HeaderName, String); 1], Json<SagaView>);

/// Starts a saga: its steps are done in order, and all of them undone if one fails. It is written before this answers, and goes on by
/// itself. With an `Idempotency-Key` the same request starts one saga however often it is sent. Admins only.
#[utoipa::path(
    post, path = "/sagas", operation_id = "startSaga", tag = "sagas", request_body = SagaRequest, security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Names the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "It is started.", body = SagaView, headers(("location" = String, description = "Where it is."))),
        (status = 200, description = "It was before, with this key; as it is now.", body = SagaView),
        InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
    )
)]
pub(in crate::routes) async fn start(
    admin: Admin,
    key: IdempotencyKey,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(body): Body<SagaRequest>,
) -> Result<StartResponse, ApiProblem> {
    let checked = body.validate(state.now()).map_err(ApiProblem::unprocessable)?;
    start_validated(&admin, &state, &request, key, checked).await
}

/// Starts what was checked, or answers with what the key started before, whatever has changed since.
pub(super) async fn start_validated(
    admin: &Admin,
    state: &AppState,
    request: &RequestId,
    key: IdempotencyKey,
    checked: ValidatedRequest,
) -> Result<StartResponse, ApiProblem> {
    let provisioning = state.provisioning()?;
    let (table, now) = (state.table(admin), state.now());
    let key = key.for_request(admin, &checked.body_hash, now);
    if let Some(key) = &key
        && let Some(before) = table.find_started(key, now).await?
    {
        return existing_saga(admin, state, before).await;
    }
    let wanted = checked.in_account(table.accounts().await?)?;
    if let Some(hash) = &wanted.plan_hash
        && !compute_plan(state, &wanted).await?.hash.eq_ignore_ascii_case(hash)
    {
        return Err(ApiProblem::plan_drift());
    }
    let tenant_id = owning_tenant(table, &wanted.definition.locks).await?;
    let StartRequest { saga_type, account, definition, plan_hash, start_at } = wanted;
    let id = SagaId::random();
    let steps: Vec<&str> = definition.steps.iter().map(|spec| spec.step.as_str()).collect();
    let values = json!({
        "type": saga_type, "account": account, "tenant_id": tenant_id, "steps": steps, "plan_hash": plan_hash, "start_at": start_at
    });
    let audit = audit(admin, state, request, "saga.start", &id, values);
    let by = admin.subject().to_owned();
    let asked = NewSaga { saga_type, account, tenant_id, definition, by, start_at, deadline: None };
    let start = Start::new(id, asked, &tx(request), now, &provisioning.timing);
    let start = match key {
        Some(key) => start.under(key),
        None => start,
    };
    match table.audited(audit).start(&start).await? {
        StartResult::New => {}
        before => return existing_saga(admin, state, before).await,
    }
    let record = start.record;
    tracing::info!(saga = %id, saga_type = record.metadata.saga_type, "saga started");
    provisioning.notifier.schedule_wake_up(&id, Phase::Forward, record.metadata.start_at, record.state.rev).await;
    Ok(start_response(StatusCode::ACCEPTED, SagaView::new(&record, &Visibility::Full)))
}

async fn existing_saga(admin: &Admin, state: &AppState, started: StartResult) -> Result<StartResponse, ApiProblem> {
    let StartResult::Same(id) = started else { return Err(ApiProblem::key_reused()) };
    let record = state.table(admin).load(&id).await?.ok_or_else(|| {
        tracing::error!(saga = %id, "a key names a saga that is not there");
        ApiProblem::internal()
    })?;
    Ok(start_response(StatusCode::OK, SagaView::new(&record, &Visibility::Full)))
}

fn start_response(status: StatusCode, saga: SagaView) -> StartResponse {
    let location = format!("{}/sagas/{}", crate::routes::ROOT, saga.id);
    (status, [(header::LOCATION, location)], Json(saga))
}
