//! Admin endpoints that read and empty the request log.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::reply::{AdminError, AdminResult};
use crate::request_log::RequestFilter;
use crate::shared::Shared;

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    filter: Result<Query<RequestFilter>, QueryRejection>,
) -> AdminResult {
    let Query(filter) = filter.map_err(|error| AdminError(StatusCode::BAD_REQUEST, error.body_text()))?;
    let found = shared.state().log.find(&filter);
    Ok(Json(json!({ "count": found.len(), "requests": found })))
}

pub(super) async fn clear(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.state().log.clear();
    Json(json!({ "count": 0, "requests": [] }))
}
