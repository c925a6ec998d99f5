//! The errors of a call, and what a caller may conclude from them.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};

use crate::page_links::PageLinkError;
use crate::rate_limit::{LimitKind, RateLimit};

/// The call that an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// HTTP method of the call.
    pub method: Method,
    /// Path of the call, without the query.
    pub path: String,
    /// Token scope that the call needs, such as `droplet:read`.
    pub scope: &'static str,
    /// DigitalOcean's id of the request, for support cases; from the error body or the header
    /// `x-request-id`.
    pub request_id: Option<String>,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

/// The way in which a request failed without a usable response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// No connection could be made (name resolution, network or TLS). The request was not sent.
    Connect,
    /// No complete response arrived within the time of one attempt.
    Timeout,
    /// The connection broke before a response began.
    Interrupted,
    /// The response began and was cut off.
    Body,
}

impl std::fmt::Display for TransportKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "could not connect to DigitalOcean",
            Self::Timeout => "no complete response in time",
            Self::Interrupted => "the connection broke before a response arrived",
            Self::Body => "the response was cut off",
        })
    }
}

/// The errors of this crate. No error text ever contains the token. The cause of an error is in
/// `source()`, not in its text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Status 401: the token is unknown, revoked or expired.
    #[error("{call}: DigitalOcean does not accept the token (401: {message}); replace it")]
    Unauthorized {
        /// The call that failed.
        call: Box<Call>,
        /// DigitalOcean's error message, or the start of the body.
        message: String,
    },

    /// Status 403: the token lacks the scope for this call.
    #[error("{call}: the token is not allowed to do this (403: {message}); it needs scope {}", call.scope)]
    Forbidden {
        /// The call that failed.
        call: Box<Call>,
        /// DigitalOcean's error message, or the start of the body.
        message: String,
    },

    /// Status 404: the resource in the path does not exist, or does not exist yet.
    #[error("{call}: not found (404: {message})")]
    NotFound {
        /// The call that failed.
        call: Box<Call>,
        /// DigitalOcean's error message, or the start of the body.
        message: String,
    },

    /// Status 429, or a denial by the request limiter, that could not be waited out here.
    #[error("{call}: rate limited ({kind:?} limit); try again at {}", until.to_rfc3339())]
    RateLimited {
        /// The call that failed.
        call: Box<Call>,
        /// Limit that was exceeded.
        kind: LimitKind,
        /// Time at which to try again; never earlier than the response.
        until: DateTime<Utc>,
        /// Wait that DigitalOcean asked for (`retry-after`); only for a burst.
        retry_after: Option<std::time::Duration>,
        /// Content of the `ratelimit-*` headers of the response.
        rate_limit: Option<RateLimit>,
    },

    /// Any other error response, including an error body with status 200 and a redirect, which is
    /// never followed.
    #[error("{call}: DigitalOcean responded with {} ({}): {message}", status.as_u16(), id.as_deref().unwrap_or("no error id"))]
    Api {
        /// The call that failed.
        call: Box<Call>,
        /// HTTP status of the response.
        status: StatusCode,
        /// DigitalOcean's error id in lower case, such as `unprocessable_entity`.
        id: Option<String>,
        /// DigitalOcean's error message, or the start of the body.
        message: String,
    },

    /// Status 5xx on the last attempt.
    #[error("{call}: DigitalOcean failed with {} ({message}) after {attempts} attempt(s); try again later", status.as_u16())]
    ServerError {
        /// The call that failed.
        call: Box<Call>,
        /// HTTP status of the last attempt.
        status: StatusCode,
        /// DigitalOcean's error message, or the start of the body.
        message: String,
        /// Number of attempts made.
        attempts: u32,
        /// Time at which DigitalOcean asked to try again; `None` when it did not.
        retry_at: Option<DateTime<Utc>>,
    },

    /// No usable response on the last attempt.
    #[error("{call}: {kind}, after {attempts} attempt(s); try again later")]
    Transport {
        /// The call that failed.
        call: Box<Call>,
        /// Way in which the last attempt failed.
        kind: TransportKind,
        /// Number of attempts made.
        attempts: u32,
        /// Cause of the failure, without the URL.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A response that does not match the documented format.
    #[error("{call}: the response does not match the documented format at `{at}`; it begins: {snippet}")]
    Decode {
        /// The call that failed.
        call: Box<Call>,
        /// Path of the mismatch in the JSON, such as `droplets[3].created_at`; `.` is the whole
        /// body.
        at: String,
        /// The start of the response, or a note that it is JSON, which is not quoted.
        snippet: String,
        /// Mismatch at that path.
        source: serde_json::Error,
    },

    /// A list that kept changing while it was read, so that items may have been missed. Nothing is
    /// returned.
    ///
    /// The same error occurs when DigitalOcean counts items in `meta.total` that this token may not
    /// see.
    #[error(
        "{call}: the list could not be read as a whole in {passes} pass(es) ({seen} items seen, {total} reported); it changed meanwhile, \
         or the token (scope {}) may not read every item",
        call.scope
    )]
    ListShifted {
        /// The call that failed.
        call: Box<Call>,
        /// Distinct items in the last pass over the list.
        seen: u64,
        /// Highest number of items that any page of the last pass reported (`meta.total`).
        total: u64,
        /// Number of passes made, each starting at page 1.
        passes: u32,
    },

    /// A page's `next` link that cannot be right. Nothing is returned.
    #[error("{call}: the link to the next page is not usable, so the list could not be read")]
    PageLink {
        /// The call that failed.
        call: Box<Call>,
        /// Fault of the link.
        source: PageLinkError,
    },

    /// A deadline that left no time for the call.
    #[error("{call}: the deadline passed before the {}; continue in another run", if *sent { "response arrived" } else { "request was sent" })]
    DeadlineExceeded {
        /// The call that failed.
        call: Box<Call>,
        /// True if a request had been sent, so that its outcome is unknown.
        sent: bool,
    },

    /// A base URL that would send the token over a network without encryption, or that is not a
    /// base URL at all.
    #[error("a token must not be sent to the base URL {base_url}: {reason}; use https, or http on loopback")]
    InsecureBaseUrl {
        /// Origin of the base URL: scheme, host and port.
        base_url: String,
        /// Reason why the base URL is refused.
        reason: &'static str,
    },

    /// A text that cannot be a token.
    #[error("the text is not a DigitalOcean token: {reason}")]
    InvalidToken {
        /// Reason why the text is refused.
        reason: &'static str,
    },

    /// A path parameter that would turn the path into another one.
    #[error("{value:?} is not a valid parameter in the path {path}")]
    InvalidParameter {
        /// Path of the operation, with the names of its parameters in braces.
        path: &'static str,
        /// Value of the refused parameter.
        value: String,
    },

    /// A failure to build the HTTP client, for example because TLS could not be set up.
    #[error("the HTTP client could not be built")]
    Http(#[source] reqwest::Error),
}

impl Error {
    /// The call that the error is about; `None` when the error occurred before any call.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Unauthorized { call, .. }
            | Self::Forbidden { call, .. }
            | Self::NotFound { call, .. }
            | Self::RateLimited { call, .. }
            | Self::Api { call, .. }
            | Self::ServerError { call, .. }
            | Self::Transport { call, .. }
            | Self::Decode { call, .. }
            | Self::ListShifted { call, .. }
            | Self::PageLink { call, .. }
            | Self::DeadlineExceeded { call, .. } => Some(call),
            Self::InsecureBaseUrl { .. }
            | Self::InvalidToken { .. }
            | Self::InvalidParameter { .. }
            | Self::Http(_) => None,
        }
    }

    /// Returns whether the same call may succeed later without any action by an operator.
    ///
    /// A retryable call is not always safe to repeat: see [`Error::may_have_been_applied`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::ServerError { .. }
            | Self::Transport { .. }
            | Self::ListShifted { .. }
            | Self::DeadlineExceeded { .. } => true,
            // An error body with status 200 comes from a fault on the way, not from the request.
            Self::Api { status, .. } => status.is_success() || *status == StatusCode::REQUEST_TIMEOUT,
            _ => false,
        }
    }

    /// Returns whether the token was not allowed to read this (403). The error says nothing about
    /// what exists.
    #[must_use]
    pub fn is_not_visible(&self) -> bool {
        matches!(self, Self::Forbidden { .. })
    }

    /// Returns whether the resource does not exist (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Returns whether no call can succeed until the token is replaced (401).
    #[must_use]
    pub fn needs_new_token(&self) -> bool {
        matches!(self, Self::Unauthorized { .. })
    }

    /// Time at which DigitalOcean asked to try again; `None` when it did not.
    #[must_use]
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::RateLimited { until, .. } => Some(*until),
            Self::ServerError { retry_at, .. } => *retry_at,
            _ => None,
        }
    }

    /// Returns whether a call that changes something may have been carried out although it failed
    /// here. The caller must read the resource before repeating the call.
    #[must_use]
    pub fn may_have_been_applied(&self) -> bool {
        let changes = self.call().is_some_and(|call| !call.method.is_safe());
        changes
            && match self {
                Self::ServerError { .. } | Self::Decode { .. } => true,
                Self::Transport { kind, .. } => *kind != TransportKind::Connect,
                Self::DeadlineExceeded { sent, .. } => *sent,
                Self::Api { status, .. } => status.is_success(),
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: Method) -> Box<Call> {
        Box::new(Call { method, path: "/v2/projects".into(), scope: "project:create", request_id: Some("r-1".into()) })
    }

    #[test]
    fn messages_say_what_to_do() {
        let error = Error::Forbidden { call: call(Method::GET), message: "no".into() };
        assert_eq!(
            error.to_string(),
            "GET /v2/projects (request r-1): the token is not allowed to do this (403: no); it needs scope project:create"
        );
        assert!(error.is_not_visible() && !error.is_retryable() && !error.needs_new_token());
        let error = Error::Unauthorized { call: call(Method::GET), message: "no".into() };
        assert!(error.needs_new_token() && error.to_string().contains("replace it"));
    }

    #[test]
    fn an_unknown_outcome_is_distinguished() {
        let cut = |method, kind| Error::Transport { call: call(method), kind, attempts: 1, source: "cut".into() };
        assert!(cut(Method::POST, TransportKind::Timeout).may_have_been_applied());
        assert!(!cut(Method::POST, TransportKind::Connect).may_have_been_applied());
        assert!(!cut(Method::GET, TransportKind::Timeout).may_have_been_applied());
        assert!(Error::DeadlineExceeded { call: call(Method::POST), sent: true }.may_have_been_applied());
        assert!(!Error::DeadlineExceeded { call: call(Method::POST), sent: false }.may_have_been_applied());
    }

    #[test]
    fn the_error_stays_small() {
        assert!(size_of::<Error>() <= 128, "{}", size_of::<Error>());
    }
}
