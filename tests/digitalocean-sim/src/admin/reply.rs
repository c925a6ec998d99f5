//! Answers of the admin endpoints: JSON, and errors that say what is wrong.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::Uri};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::model::kind::spec;

/// An error: a status and what is wrong.
pub(super) struct AdminError(pub(super) StatusCode, pub(super) String);

pub(super) type AdminResult = Result<Json<Value>, AdminError>;

impl AdminError {
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, what.into())
    }
}

/// A text is what the model says of a request it cannot follow.
impl From<String> for AdminError {
    fn from(message: String) -> Self {
        let status =
            if message.starts_with("there is no ") { StatusCode::NOT_FOUND } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self(status, message)
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// Reads a body; an unknown field is an error that names it.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, AdminError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| AdminError(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}")))?;
    spec(value).map_err(|error| AdminError(StatusCode::UNPROCESSABLE_ENTITY, error))
}

pub(super) async fn no_such_path(uri: Uri) -> AdminError {
    AdminError::not_found(format!("there is no admin path {}", uri.path()))
}

pub(super) async fn no_such_method(method: Method, uri: Uri) -> AdminError {
    AdminError(StatusCode::METHOD_NOT_ALLOWED, format!("{} has no {method}", uri.path()))
}
