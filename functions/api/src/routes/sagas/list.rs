//! Lists sagas and returns single ones.

use access::Redactor;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::Coverage;
use domain::TenantId;
use sagas::definition::SagaTemplate;
use sagas::record::SagaStatus;
use serde::Deserialize;
use store::{Cursor, SagaFilter};
use utoipa::IntoParams;

use super::SagaPath;
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::{PagedQuery, Path};
use crate::http::page::PageQuery;
use crate::http::parameters::short_text;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::{ItemResponses, ListResponses};
use crate::routes::listing::start_key_error;
use crate::views::{List, SagaView};

/// The filters of sagas; a saga must match all of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct SagaParams {
    /// Status of the sagas: `pending`, `running`, `waiting`, `unwinding`, `stuck`, `succeeded`,
    /// `rolled_back` or `closed`.
    #[param(value_type = Option<String>)]
    status: Option<SagaStatus>,
    /// Type of the sagas, such as `snapshot-droplet` or `custom`.
    #[serde(rename = "type", default, deserialize_with = "short_text::<_, 48>")]
    saga_type: Option<String>,
    /// Tenant that owned the sagas' targets when the sagas were started.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
}

/// Lists the sagas, the newest first.
///
/// A tenant sees the sagas whose targets it owned when they were started.
#[utoipa::path(
    get, path = "/sagas", operation_id = "listSagas", tag = "sagas", params(SagaParams, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of sagas.", body = List<SagaView>), ListResponses)
)]
pub(in crate::routes) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    PagedQuery(SagaParams { status, saga_type, tenant }, page): PagedQuery<SagaParams>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let filter = SagaFilter { status, saga_type, tenant };
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "sagas", &filter);
    let from: Option<Cursor> = page.position(&binding)?;
    // A tenant sees `custom` in place of other labels, so its filter must not reveal them: unless
    // the type is a template, the filter is applied to the visible type after the read.
    let tenant_filter = matches!(caller, Caller::Tenant { .. }).then(|| filter.saga_type.clone()).flatten();
    let may_filter = tenant_filter.as_deref().is_none_or(|name| SagaTemplate::named(name).is_some());
    let table_filter = SagaFilter { saga_type: filter.saga_type.clone().filter(|_| may_filter), ..filter.clone() };
    let found = reader.sagas(&table_filter, from.as_ref(), page.limit).await;
    let found = found.map_err(|error| start_key_error(error, from.is_some()))?;
    let mut redactor = Redactor::new(&reader);
    let mut data = Vec::with_capacity(found.items.len());
    for record in &found.items {
        data.push(SagaView::new(record, &redactor.visibility_of(&record.metadata).await?));
    }
    data.retain(|saga| tenant_filter.as_ref().is_none_or(|name| saga.saga_type == *name));
    let next = found.next.map(|next| binding.seal(&next)).transpose()?;
    representation.of(&List::new(data, next, Coverage { as_of: state.now(), complete: true }))
}

/// Returns a single saga.
#[utoipa::path(
    get, path = "/sagas/{id}", operation_id = "getSaga", tag = "sagas", security(("id_token" = [])),
    params(SagaPath),
    responses((status = 200, description = "The requested saga.", body = SagaView), ItemResponses)
)]
pub(in crate::routes) async fn one(
    caller: Caller,
    State(state): State<AppState>,
    Path(SagaPath { id }): Path<SagaPath>,
) -> Result<Json<SagaView>, ApiProblem> {
    let reader = state.reader(&caller);
    let Some(record) = reader.saga(&id).await? else { return Err(ApiProblem::not_found()) };
    let visibility = Redactor::new(&reader).visibility_of(&record.metadata).await?;
    Ok(Json(SagaView::new(&record, &visibility)))
}
