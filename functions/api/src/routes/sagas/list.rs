//! Sagas as they are.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::TenantId;
use sagas::definition::SagaTemplate;
use sagas::record::SagaStatus;
use store::{SagaFilter, SagaPosition};
use utoipa::IntoParams;

use super::SagaPath;
use crate::AppState;
use crate::caller::Caller;
use crate::extract::{Path, Query};
use crate::freshness::Coverage;
use crate::openapi::{AuthResponses, InvalidParametersResponse, NotFoundResponse, ServerErrorResponses};
use crate::parameters::{FromParameters, Parameters};
use crate::problem::ApiProblem;
use crate::representation::Representation;
use crate::routes::listing::{PageQuery, SLUG, start_key_error};
use crate::views::{List, SagaView};
use crate::visibility::Redactor;

/// Which sagas are wanted; all that are given must fit.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; SagaQuery reads them")]
pub(in crate::routes) struct SagaParams {
    /// In this status: `pending`, `running`, `waiting`, `unwinding`, `stuck`, `succeeded`, `rolled_back` or `closed`.
    status: Option<String>,
    /// Of this type, such as `snapshot-droplet` or `custom`.
    r#type: Option<String>,
    /// Of this tenant.
    tenant: Option<String>,
}

/// Which sagas are wanted, and which page of them.
#[derive(Debug)]
pub(in crate::routes) struct SagaQuery {
    filter: SagaFilter,
    page: PageQuery,
}

impl FromParameters for SagaQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let status = |text: &str| serde_json::from_value::<SagaStatus>(text.into()).ok();
        let short = |text: &str| (1..=48).contains(&text.chars().count()).then(|| text.to_owned());
        let filter = SagaFilter {
            status: parameters.parse("status", "a status of sagas, such as running", status),
            saga_type: parameters.parse("type", "1 to 48 characters", short),
            tenant: parameters.parse("tenant", SLUG, |text| TenantId::new(text).ok()),
        };
        Some(Self { filter, page: PageQuery::read(parameters)? })
    }
}

/// The sagas, newest first. A tenant sees those that were started on what was its own.
#[utoipa::path(
    get, path = "/sagas", operation_id = "listSagas", tag = "sagas", params(SagaParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of them.", body = List<SagaView>), InvalidParametersResponse, AuthResponses, ServerErrorResponses)
)]
pub(in crate::routes) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(SagaQuery { filter, page }): Query<SagaQuery>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "sagas", &filter);
    let from: Option<SagaPosition> = page.position(&binding)?;
    // What a tenant is not told it cannot ask for.
    let asked = matches!(caller, Caller::Tenant { .. }).then(|| filter.saga_type.clone()).flatten();
    let is_told = asked.as_deref().is_none_or(|asked| SagaTemplate::named(asked).is_some());
    let wanted = SagaFilter { saga_type: filter.saga_type.clone().filter(|_| is_told), ..filter.clone() };
    let found = reader.sagas(&wanted, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let mut redactor = Redactor::new(&caller, &reader);
    let mut data = Vec::with_capacity(found.sagas.len());
    for record in &found.sagas {
        data.push(SagaView::new(record, &redactor.visibility_of(&record.metadata).await?));
    }
    data.retain(|saga| asked.as_ref().is_none_or(|asked| saga.saga_type == *asked));
    let next = found.next.map(|next| binding.seal(&next)).transpose()?;
    representation.of(&List::new(data, next, Coverage { as_of: state.now(), complete: true }))
}

/// One saga.
#[utoipa::path(
    get, path = "/sagas/{id}", operation_id = "getSaga", tag = "sagas", security(("id_token" = [])),
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It.", body = SagaView), InvalidParametersResponse, AuthResponses, NotFoundResponse, ServerErrorResponses)
)]
pub(in crate::routes) async fn one(
    caller: Caller,
    State(state): State<AppState>,
    Path(SagaPath(id)): Path<SagaPath>,
) -> Result<Json<SagaView>, ApiProblem> {
    let reader = state.reader(&caller);
    let Some(record) = reader.saga(&id).await? else { return Err(ApiProblem::not_found()) };
    let visibility = Redactor::new(&caller, &reader).visibility_of(&record.metadata).await?;
    Ok(Json(SagaView::new(&record, &visibility)))
}
