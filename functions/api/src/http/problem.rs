//! Errors as `application/problem+json` (RFC 9457).
//!
//! Every text is a constant, with one exception: an admin reads why the cause of a stuck saga is
//! not resolved. Problems point to what a caller sent but never repeat it, because it may be a
//! secret in the wrong field.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sagas::CommandRefusal;
use sagas::ports::SagaStoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problem bodies.
pub const CONTENT_TYPE: &str = "application/problem+json";
/// The value of `Retry-After` in seconds when the table, the queue or Secrets Manager did not
/// respond.
const RETRY_AFTER_SECONDS: u32 = 2;
/// The value of `Retry-After` in seconds when DigitalOcean did not respond.
pub(crate) const DIGITALOCEAN_RETRY_AFTER_SECONDS: u32 = 5;

/// A single error in the parameters or the body of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ValidationError {
    /// Location of the error: a JSON pointer into the body (`#/account`), or `#/query/<name>`,
    /// `#/path/<name>` or `#/header/<name>` for parameters.
    #[schema(example = "#/query/limit")]
    pub pointer: String,
    /// Description of the error, usually the values that are expected.
    #[schema(example = "expected a whole number from 1 to 200")]
    pub detail: String,
}

impl ValidationError {
    /// Points at a field or parameter and says what is wrong with it.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// The errors of a body, collected so that all of them are reported at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<ValidationError>);

impl FieldErrors {
    /// Adds an error of the field if there is one.
    pub fn add(&mut self, pointer: &str, wrong: Option<impl Into<String>>) {
        self.0.extend(wrong.map(|detail| ValidationError::new(pointer, detail)));
    }

    /// Returns the value if there are no errors.
    ///
    /// # Errors
    /// 422 with all errors.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, ApiProblem> {
        value.filter(|_| self.0.is_empty()).ok_or_else(|| ApiProblem::unprocessable(self.0))
    }
}

/// An error response, before the id of its request is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiProblem {
    /// The HTTP status of the response.
    pub status: StatusCode,
    /// The last part of the problem type's URN, such as `not-found`.
    pub kind: &'static str,
    /// The description of the error and of what the caller can do.
    pub detail: &'static str,
    /// All errors in parameters or body; empty if the problem is another one.
    pub errors: Vec<ValidationError>,
    /// The value of the header `Retry-After`; `None` leaves the header out.
    pub retry_after_seconds: Option<u32>,
}

/// The body of an error response (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// Type of the problem as a URN; stable, so that programs can tell problems apart.
    #[serde(rename = "type")]
    #[schema(example = "urn:arcadia:problem:invalid-request")]
    pub kind: String,
    /// Name of the HTTP status.
    #[schema(example = "Bad Request")]
    pub title: &'static str,
    /// HTTP status code of the response.
    #[schema(example = 400)]
    pub status: u16,
    /// Description of the problem and of what to do; the wording may change.
    #[schema(example = "The request has invalid parameters; see errors.")]
    pub detail: &'static str,
    /// Identifier of this occurrence: a URN with the request id.
    #[schema(example = "urn:arcadia:request:JKJaXmPLvHcESHA=")]
    pub instance: String,
    /// Request id, as in the header `x-request-id` and in every log line of the request.
    #[schema(example = "JKJaXmPLvHcESHA=")]
    pub request_id: String,
    /// All errors in parameters or body; absent if the problem is another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ValidationError>,
}

impl ApiProblem {
    const fn new(status: StatusCode, kind: &'static str, detail: &'static str) -> Self {
        Self { status, kind, detail, errors: Vec::new(), retry_after_seconds: None }
    }

    /// 400: parameters or headers are invalid.
    #[must_use]
    pub fn invalid(errors: Vec<ValidationError>) -> Self {
        let problem =
            Self::new(StatusCode::BAD_REQUEST, "invalid-request", "The request has invalid parameters; see errors.");
        Self { errors, ..problem }
    }

    /// 400: the body is not valid JSON.
    #[must_use]
    pub const fn malformed_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-body", "The body is not valid JSON in UTF-8.")
    }

    /// 400: the cursor was not issued for this list, these filters and this caller.
    #[must_use]
    pub fn bad_cursor() -> Self {
        let detail =
            "The cursor is not valid for this list, these filters and this caller. Restart the list without a cursor.";
        let errors = vec![ValidationError::new("#/query/cursor", "expected next_cursor of the previous page")];
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "bad-cursor", detail) }
    }

    /// 401: the request has no valid ID token.
    #[must_use]
    pub const fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Send an ID token in the header Authorization: Bearer <token>.",
        )
    }

    /// 403: the caller is neither an admin nor a member of a tenant.
    #[must_use]
    pub const fn no_role() -> Self {
        let detail = "The token contains neither the admin group nor a tenant.";
        Self::new(StatusCode::FORBIDDEN, "no-role", detail)
    }

    /// 403: the operation is only for admins.
    #[must_use]
    pub const fn admins_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "admins-only", "Platform admin rights are required for this operation.")
    }

    /// 404: the item does not exist or is not visible to the caller; both cases give the same
    /// response.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "The item does not exist or is not visible to the caller.")
    }

    /// 405: the path exists, but not with this method.
    #[must_use]
    pub const fn method_not_allowed() -> Self {
        let detail = "The path does not support the method; see the header allow.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    }

    /// 409: the request conflicts with the current state. `kind` is the last part of the problem's
    /// type.
    #[must_use]
    pub const fn conflict(kind: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, kind, detail)
    }

    /// 409: the idempotency key was used for another request.
    #[must_use]
    pub const fn key_reused() -> Self {
        let detail =
            "The idempotency key was used for another request. Repeat that request unchanged, or use a new key.";
        Self::conflict("idempotency-key-reused", detail)
    }

    /// 409: the saga would no longer do what its plan said.
    #[must_use]
    pub const fn plan_drift() -> Self {
        let detail = "The saga would no longer do what the plan says, or the request differs from the planned one. \
                      Create a new plan: POST /sagas/plan.";
        Self::conflict("plan-drift", detail)
    }

    /// 409 or 503: the saga does not accept the operator's command.
    #[must_use]
    pub fn command_refused(refusal: &CommandRefusal) -> Self {
        match refusal {
            CommandRefusal::Status { .. } => Self::conflict(
                "saga-status",
                "The saga's status does not allow the command, or the command was already given. \
                 A saga that moves forward can be cancelled once; a stuck saga can be resumed or closed.",
            ),
            CommandRefusal::NotAwaitingApproval => {
                Self::conflict("not-awaiting-approval", "The saga is not waiting for an approval.")
            }
            CommandRefusal::NotStuckThere => Self::conflict(
                "step-not-stuck",
                "The saga is not stuck in the compensation of this step. Only the stuck step can be skipped; see stuck.step.",
            ),
            CommandRefusal::CannotVerify(_) => Self::digitalocean_unavailable(DIGITALOCEAN_RETRY_AFTER_SECONDS),
            CommandRefusal::NotFixed(why) => {
                let detail = "The cause of the stuck saga is not resolved. See errors, and follow stuck.runbook first.";
                let errors = vec![ValidationError::new("#", why.as_str())];
                Self { errors, ..Self::conflict("cause-not-resolved", detail) }
            }
        }
    }

    /// 503: DigitalOcean did not respond, or its rate limit is used up until then.
    #[must_use]
    pub const fn digitalocean_unavailable(retry_after_seconds: u32) -> Self {
        let detail = "DigitalOcean did not respond, or its rate limit is used up. \
                      Repeat the request after the time in the header retry-after.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "digitalocean-unavailable", detail);
        problem.retry_after_seconds = Some(retry_after_seconds);
        problem
    }

    /// 413: the body is larger than [`super::extract::MAX_BODY_BYTES`].
    #[must_use]
    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is larger than the limit of 16 KiB.")
    }

    /// 415: the content type of the body is not JSON.
    #[must_use]
    pub const fn unsupported_media_type() -> Self {
        let detail = "Send the body as JSON with the header content-type: application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    }

    /// 422: the body is JSON but has missing, unknown or invalid fields.
    #[must_use]
    pub fn unprocessable(errors: Vec<ValidationError>) -> Self {
        let detail = "The body has missing, unknown or invalid fields; see errors.";
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", detail) }
    }

    /// 500: an internal error; the caller who reports it quotes the request id.
    #[must_use]
    pub const fn internal() -> Self {
        let detail = "An internal error occurred. The log has the reason under this request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// 503: a required AWS service did not respond in time.
    #[must_use]
    pub const fn unavailable() -> Self {
        let detail = "A required service did not respond in time. Repeat the request.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        problem.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        problem
    }

    /// Builds the response for the request with this id.
    #[must_use]
    pub fn into_response_for(self, request_id: &str) -> Response {
        let body = ProblemDetails {
            kind: format!("urn:arcadia:problem:{}", self.kind),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            instance: format!("urn:arcadia:request:{request_id}"),
            request_id: request_id.to_owned(),
            errors: self.errors,
        };
        // A body of texts and numbers always serializes.
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Stores the problem in the response's extensions. [`super::observe`] writes the body later,
/// because it knows the request id.
impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The error is logged here, once, with its sources. The caller receives the request id, by which
/// the log line can be found.
impl From<store::Error> for ApiProblem {
    fn from(error: store::Error) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "table operation failed");
        if is_transient(&error) { Self::unavailable() } else { Self::internal() }
    }
}

/// The error is logged here, once, with its sources.
impl From<SagaStoreError> for ApiProblem {
    fn from(error: SagaStoreError) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "table operation failed");
        let SagaStoreError(source) = error;
        let is_transient = source.downcast_ref::<store::Error>().is_none_or(is_transient);
        if is_transient { Self::unavailable() } else { Self::internal() }
    }
}

/// The error is logged here, once, with its sources.
impl From<runtime::Error> for ApiProblem {
    fn from(error: runtime::Error) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "queue operation failed");
        Self::unavailable()
    }
}

/// Returns whether the same request is likely to succeed in a moment.
fn is_transient(error: &store::Error) -> bool {
    match error {
        store::Error::Dynamo { code, .. } => matches!(
            code.as_str(),
            "unreachable"
                | "ThrottlingException"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "InternalServerError"
                | "ServiceUnavailable"
                | "TransactionInProgressException"
                | "TransactionConflictException"
                | "TransactionCanceledException"
        ),
        store::Error::Contended { .. } => true,
        _ => false,
    }
}
