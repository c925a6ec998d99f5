//! Responses of the admin endpoints: JSON, with an error text that names the problem.

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::Uri};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::model::kind::spec;

/// An error of an admin endpoint: the HTTP status and a text that names the problem.
pub(super) struct AdminError(pub(super) StatusCode, pub(super) String);

pub(super) type AdminResult = Result<Json<Value>, AdminError>;

impl AdminError {
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, what.into())
    }
}

/// The model reports an invalid request as a plain text. A text that begins with "there is no "
/// becomes a 404, every other text a 422.
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

/// Parses a JSON body. An unknown field is an error that names the field.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, AdminError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| AdminError(StatusCode::BAD_REQUEST, format!("the body is not JSON: {error}")))?;
    spec(value).map_err(|error| AdminError(StatusCode::UNPROCESSABLE_ENTITY, error))
}

pub(super) async fn no_such_path(uri: Uri) -> AdminError {
    AdminError::not_found(format!("there is no admin path {}", uri.path()))
}

pub(super) async fn no_such_method(method: Method, uri: Uri) -> AdminError {
    AdminError(StatusCode::METHOD_NOT_ALLOWED, format!("the admin path {} has no {method}", uri.path()))
}
