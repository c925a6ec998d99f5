//! Starts sagas. Admins only.

use access::{Visibility, owning_tenant};
use axum::extract::State;
use axum::{Extension, Json};
use http::{StatusCode, header};
use sagas::ports::{SagaStore, StartResult};
use sagas::record::{NewSaga, Phase, SagaId, Start};
use serde_json::json;

use super::idempotency::IdempotencyKey;
use super::plan::compute_plan;
use super::request::{SagaRequest, StartRequest, ValidatedRequest};
use super::tx;
use crate::AppState;
use crate::http::caller::Admin;
use crate::http::extract::Json as Body;
use crate::http::observe::RequestId;
use crate::http::problem::ApiProblem;
use crate::http::responses::{ChangeResponses, location};
use crate::views::SagaView;

/// The response with a saga that was started by this request or by an earlier one with the same
/// key.
pub(super) type StartResponse = (StatusCode, [(header::HeaderName, String); 1], Json<SagaView>);

/// Starts a saga, whose steps run in order; if one fails, the completed ones are compensated.
///
/// The saga is stored before the response is sent, and workers run it afterwards. With an
/// `Idempotency-Key`, repetitions of the request start only one saga. Only platform admins may call
/// this operation.
#[utoipa::path(
    post, path = "/sagas", operation_id = "startSaga", tag = "sagas", request_body = SagaRequest, security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Key that identifies the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "The saga is started.", body = SagaView, headers(("location" = String, description = "Path of the saga."))),
        (status = 200, description = "A saga with this idempotency key already exists; its current state.", body = SagaView),
        ChangeResponses
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

/// Starts a validated saga, or returns the saga that an earlier request with the same key started,
/// even if circumstances have changed since.
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
    let start_request = checked.in_account(table.accounts().await?)?;
    if let Some(hash) = &start_request.plan_hash
        && !compute_plan(state, &start_request).await?.hash.eq_ignore_ascii_case(hash)
    {
        return Err(ApiProblem::plan_drift());
    }
    let tenant_id = owning_tenant(table, &start_request.definition.locks).await?;
    let StartRequest { saga_type, account, definition, plan_hash, start_at } = start_request;
    let id = SagaId::random();
    let steps: Vec<&str> = definition.steps.iter().map(|spec| spec.step.as_str()).collect();
    let values = json!({
        "type": saga_type, "account": account, "tenant_id": tenant_id, "steps": steps, "plan_hash": plan_hash, "start_at": start_at
    });
    let audit = state.audit(admin, request, "saga.start", id.to_string(), values);
    let by = admin.subject().to_owned();
    let new_saga = NewSaga { saga_type, account, tenant_id, definition, by, start_at, deadline: None };
    let start = Start::new(id, new_saga, &tx(request), now, provisioning.timing.time_budget_margin);
    let start = match key {
        Some(key) => start.under(key),
        None => start,
    };
    match table.audited(&audit)?.start(&start).await? {
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
        tracing::error!(saga = %id, "idempotency record points to a missing saga");
        ApiProblem::internal()
    })?;
    Ok(start_response(StatusCode::OK, SagaView::new(&record, &Visibility::Full)))
}

fn start_response(status: StatusCode, saga: SagaView) -> StartResponse {
    (status, location(&format!("/sagas/{}", saga.id)), Json(saga))
}
