//! Error bodies of the API: `{"id", "message"}` (OpenAPI `schemas/error`).

use http::StatusCode;
use serde_json::{Value, json};

/// An error answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) id: &'static str,
    pub(crate) message: String,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, id: id_for(status), message: message.into() }
    }

    /// The 401 of an unknown token (OpenAPI `responses/unauthorized`).
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unable to authenticate you.")
    }

    /// The 403 of a token without the scope (OpenAPI description, "HTTP Statuses";
    /// digitalocean/action-doctl#83).
    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "You do not have access for the attempted action.")
    }

    /// The 404 of an unknown path or object (OpenAPI `responses/not_found`).
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The resource you were accessing could not be found.")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(crate) fn precondition_failed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, message)
    }

    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// The 429 of a rate limit, with the text of the OpenAPI description, "Rate Limit".
    pub(crate) fn too_many_requests() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "API Rate limit exceeded.")
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "id": self.id, "message": self.message })
    }
}

/// DO's error id for a status (OpenAPI description, "HTTP Statuses", and the examples of
/// `responses`).
pub(crate) fn id_for(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        412 => "precondition_failed",
        422 => "unprocessable_entity",
        429 => "too_many_requests",
        503 => "service_unavailable",
        _ => "server_error",
    }
}
