//! The OpenAPI document as a resource.

use axum::extract::State;
use axum::response::IntoResponse;
use http::header;

use crate::AppState;

/// Returns this document.
///
/// The operation needs no token.
#[utoipa::path(
    get,
    path = "/openapi.json", operation_id = "getOpenApi",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = Object, content_type = "application/json"))
)]
pub(super) async fn openapi(State(state): State<AppState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], state.document())
}
