//! Errors as RFC 9457 `application/problem+json`.
//!
//! Every text is a constant, except what an admin is told of a saga that is not mended: what a caller sent is pointed at, never repeated,
//! because it may be a secret in the wrong place.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sagas::CommandRefusal;
use sagas::ports::SagaStoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type.
pub const CONTENT_TYPE: &str = "application/problem+json";
/// Seconds after which a request that met an overloaded table may be made again.
const RETRY_AFTER_SECONDS: u32 = 2;
/// When DigitalOcean may answer again that did not.
pub(crate) const DIGITALOCEAN_RETRY_AFTER_SECONDS: u32 = 5;

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ValidationError {
    /// Where: a JSON pointer into the body (`#/account`), or `#/query/<name>` and `#/path/<name>` for parameters.
    #[schema(example = "#/query/limit")]
    pub pointer: String,
    /// What is expected there.
    #[schema(example = "expected a whole number from 1 to 200")]
    pub detail: String,
}

/// What went wrong, before it is known in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiProblem {
    /// The status.
    pub status: StatusCode,
    /// The last part of its type's URN.
    pub kind: &'static str,
    /// What went wrong, and what to do.
    pub detail: &'static str,
    /// Everything that is wrong with what was sent.
    pub errors: Vec<ValidationError>,
    /// When to try again.
    pub retry_after_seconds: Option<u32>,
}

/// The body of an error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// What kind of problem: stable, for programs to tell problems apart.
    #[serde(rename = "type")]
    #[schema(example = "urn:arcadia:problem:invalid-request")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Bad Request")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// What went wrong, and what to do.
    #[schema(example = "The request is not valid; see errors.")]
    pub detail: &'static str,
    /// This occurrence.
    #[schema(example = "urn:arcadia:request:JKJaXmPLvHcESHA=")]
    pub instance: String,
    /// The request's id, as in the header `x-request-id` and in every log line about it.
    #[schema(example = "JKJaXmPLvHcESHA=")]
    pub request_id: String,
    /// Everything that is wrong with what was sent; absent where that is not the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ValidationError>,
}

impl ApiProblem {
    const fn new(status: StatusCode, kind: &'static str, detail: &'static str) -> Self {
        Self { status, kind, detail, errors: Vec::new(), retry_after_seconds: None }
    }

    /// 400: parameters are wrong.
    #[must_use]
    pub fn invalid(errors: Vec<ValidationError>) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "invalid-request", "The request is not valid; see errors.");
        Self { errors, ..problem }
    }

    /// 400: the body is not JSON.
    #[must_use]
    pub const fn malformed_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-body", "The body is not valid JSON in UTF-8.")
    }

    /// 400: the cursor is not one that this list gave to this caller.
    #[must_use]
    pub fn bad_cursor() -> Self {
        let detail = "The cursor does not belong to this list, these filters and this caller. Begin again without it.";
        let pointer = "#/query/cursor".to_owned();
        let errors = vec![ValidationError { pointer, detail: "expected next_cursor of the page before".to_owned() }];
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "bad-cursor", detail) }
    }

    /// 401: nobody is signed in.
    #[must_use]
    pub const fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Send an ID token: Authorization: Bearer <token>.")
    }

    /// 403: neither an admin nor a tenant.
    #[must_use]
    pub const fn no_role() -> Self {
        let detail = "The token names neither the admin group nor a tenant.";
        Self::new(StatusCode::FORBIDDEN, "no-role", detail)
    }

    /// 403: for admins only.
    #[must_use]
    pub const fn admins_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "admins-only", "Only platform admins may do this.")
    }

    /// 404: there is no such thing, or it is not the caller's to see; the two answers are the same.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing here.")
    }

    /// 405: the path exists, the method does not.
    #[must_use]
    pub const fn method_not_allowed() -> Self {
        let detail = "This path does not take this method; see the header allow.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    }

    /// 409: what is there stands against what was asked.
    #[must_use]
    pub const fn conflict(kind: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, kind, detail)
    }

    /// 409: an idempotency key is used again for something else.
    #[must_use]
    pub const fn key_reused() -> Self {
        let detail = "The idempotency key was used for another request. Repeat that one as it was, or use a new key.";
        Self::conflict("idempotency-key-reused", detail)
    }

    /// 409: a saga would not do any more what its plan said.
    #[must_use]
    pub const fn plan_drift() -> Self {
        let detail =
            "It would not do any more what the plan said, or is not what was planned. Plan it anew: POST /sagas/plan.";
        Self::conflict("plan-drift", detail)
    }

    /// 409: a saga is not to be done with as was asked.
    #[must_use]
    pub fn command_refused(refusal: &CommandRefusal) -> Self {
        match refusal {
            CommandRefusal::Status { .. } => Self::conflict(
                "saga-status",
                "The saga is not in a state for this, or it was said before; see its status. What goes forward can be cancelled, once; \
                 what is stuck can be resumed or closed.",
            ),
            CommandRefusal::NotAwaitingApproval => {
                Self::conflict("not-awaiting-approval", "The saga waits at no gate for somebody's word.")
            }
            CommandRefusal::NotStuckThere => Self::conflict(
                "step-not-stuck",
                "The saga is not stuck in undoing that step, and no other can be skipped; see stuck.step.",
            ),
            CommandRefusal::CannotVerify(_) => Self::digitalocean_unavailable(DIGITALOCEAN_RETRY_AFTER_SECONDS),
            CommandRefusal::NotFixed(why) => {
                let detail =
                    "What the saga is stuck at is not mended; see errors, and do what stuck.runbook says first.";
                let errors = vec![ValidationError { pointer: "#".to_owned(), detail: why.clone() }];
                Self { errors, ..Self::conflict("cause-not-resolved", detail) }
            }
        }
    }

    /// 503: DigitalOcean does not answer, or not before then.
    #[must_use]
    pub const fn digitalocean_unavailable(retry_after_seconds: u32) -> Self {
        let detail = "DigitalOcean did not answer, or takes no more requests for now. Repeat the request.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "digitalocean-unavailable", detail);
        problem.retry_after_seconds = Some(retry_after_seconds);
        problem
    }

    /// 413: the body is too large.
    #[must_use]
    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body may have 16 KiB.")
    }

    /// 415: the body is not declared to be JSON.
    #[must_use]
    pub const fn unsupported_media_type() -> Self {
        let detail = "Send the body as JSON: content-type: application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    }

    /// 422: the body is JSON but not what is expected.
    #[must_use]
    pub fn unprocessable(errors: Vec<ValidationError>) -> Self {
        let detail = "The body is not what is expected; see errors.";
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", detail) }
    }

    /// 500: a fault of ours.
    #[must_use]
    pub const fn internal() -> Self {
        let detail = "Something is wrong on our side. The log has the reason under this request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// 503: something we need does not answer in time.
    #[must_use]
    pub const fn unavailable() -> Self {
        let detail = "Something we need did not answer in time. Repeat the request.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        problem.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        problem
    }

    /// The response, for the request of this id.
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
        // A body of texts and numbers always serialises.
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Leaves the problem in the response's extensions: [`crate::observe`] writes the body, because it knows the request.
impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Logged here, once, with its sources; the caller learns the request id to find it by.
impl From<store::Error> for ApiProblem {
    fn from(error: store::Error) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "the table failed");
        if is_transient(&error) { Self::unavailable() } else { Self::internal() }
    }
}

/// Logged here, once, with its sources.
impl From<SagaStoreError> for ApiProblem {
    fn from(error: SagaStoreError) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "the table failed");
        let SagaStoreError(source) = error;
        let is_transient = source.downcast_ref::<store::Error>().is_none_or(is_transient);
        if is_transient { Self::unavailable() } else { Self::internal() }
    }
}

/// Logged here, once, with its sources.
impl From<runtime::Error> for ApiProblem {
    fn from(error: runtime::Error) -> Self {
        tracing::error!(error = runtime::telemetry::chain(&error), "the queue failed");
        Self::unavailable()
    }
}

/// Whether the same request may well succeed in a moment.
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
