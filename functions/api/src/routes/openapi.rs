//! The OpenAPI document as a resource.

use std::sync::LazyLock;

use axum::Extension;
use axum::body::Bytes;
use axum::response::IntoResponse;
use http::header;

/// The OpenAPI document as JSON. The text is generated on first use, because most invocations never
/// need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServedDocument(pub(crate) &'static LazyLock<Bytes>);

/// Returns this document.
///
/// The operation needs no token.
#[utoipa::path(
    get,
    path = "/openapi.json", operation_id = "getOpenApi",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = Object, content_type = "application/json"))
)]
pub(super) async fn openapi(Extension(document): Extension<ServedDocument>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], Bytes::clone(document.0))
}
