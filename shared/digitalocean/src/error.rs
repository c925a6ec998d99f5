//! What can go wrong with a call, and what a caller may conclude from it.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};

use crate::page_links::PageLinkError;
use crate::rate_limit::{LimitKind, RateLimit};

/// The call an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// HTTP method.
    pub method: Method,
    /// Path, without the query.
    pub path: String,
    /// The token scope the operation needs, such as `droplet:read`.
    pub scope: &'static str,
    /// DigitalOcean's id of the request, for its support; from the error body or the `x-request-id` header.
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

/// How a request failed without a usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// No connection: the name, the network or TLS. The request was not sent.
    Connect,
    /// No complete answer within the time of one attempt.
    Timeout,
    /// The connection broke before an answer began.
    Interrupted,
    /// The answer began and was cut off.
    Body,
}

impl std::fmt::Display for TransportKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "could not connect",
            Self::Timeout => "no complete answer in time",
            Self::Interrupted => "the connection broke before an answer",
            Self::Body => "the answer was cut off",
        })
    }
}

/// Everything that can go wrong with a call. No text of it ever holds the token. A cause is in `source()`, not in the text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// 401: the token is unknown, revoked or expired.
    #[error("{call}: DigitalOcean does not accept the token (401: {message}); replace it")]
    Unauthorized {
        /// Which call.
        call: Box<Call>,
        /// DigitalOcean's words.
        message: String,
    },

    /// 403: the token may not do this.
    #[error("{call}: not allowed (403: {message}); the token needs scope {}", call.scope)]
    Forbidden {
        /// Which call.
        call: Box<Call>,
        /// DigitalOcean's words.
        message: String,
    },

    /// 404: what the path names does not exist, or not yet.
    #[error("{call}: not found (404: {message})")]
    NotFound {
        /// Which call.
        call: Box<Call>,
        /// DigitalOcean's words.
        message: String,
    },

    /// 429, and waiting for it here was not possible.
    #[error("{call}: rate limited ({kind:?} limit); try again at {}", until.to_rfc3339())]
    RateLimited {
        /// Which call.
        call: Box<Call>,
        /// Which limit.
        kind: LimitKind,
        /// When to try again; never earlier than the answer.
        until: DateTime<Utc>,
        /// How long DigitalOcean asked to wait (`retry-after`); only for a burst.
        retry_after: Option<std::time::Duration>,
        /// The `ratelimit-*` headers of the answer.
        rate_limit: Option<RateLimit>,
    },

    /// Any other refusal, among them an error body sent with status 200, and redirects, which are never followed.
    #[error("{call}: {} ({}): {message}", status.as_u16(), id.as_deref().unwrap_or("no error id"))]
    Api {
        /// Which call.
        call: Box<Call>,
        /// HTTP status.
        status: StatusCode,
        /// DigitalOcean's error id in lower case, such as `unprocessable_entity`.
        id: Option<String>,
        /// DigitalOcean's words.
        message: String,
    },

    /// 5xx, on every attempt made.
    #[error("{call}: DigitalOcean failed ({}: {message}) on {attempts} attempt(s); try again later", status.as_u16())]
    ServerError {
        /// Which call.
        call: Box<Call>,
        /// HTTP status of the last attempt.
        status: StatusCode,
        /// DigitalOcean's words.
        message: String,
        /// Attempts made.
        attempts: u32,
        /// When DigitalOcean asked to come back, if it did.
        retry_at: Option<DateTime<Utc>>,
    },

    /// No usable answer, on every attempt made.
    #[error("{call}: {kind}, on {attempts} attempt(s); try again later")]
    Transport {
        /// Which call.
        call: Box<Call>,
        /// How it failed.
        kind: TransportKind,
        /// Attempts made.
        attempts: u32,
        /// The cause, without the address.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The answer is not of the documented shape.
    #[error("{call}: the answer is not as documented at `{at}`; it begins: {snippet}")]
    Decode {
        /// Which call.
        call: Box<Call>,
        /// Where in the JSON, such as `droplets[3].created_at`; `.` is the whole.
        at: String,
        /// The beginning of the answer.
        snippet: String,
        /// What was wrong there.
        source: serde_json::Error,
    },

    /// The list kept changing while it was read, so that items may have been missed: nothing is returned.
    ///
    /// The same is seen when DigitalOcean counts items in `meta.total` that it does not show to this token.
    #[error(
        "{call}: the list could not be read as a whole in {passes} walk(s) ({seen} items seen, {total} reported); it changed meanwhile, \
         or the token (scope {}) does not see every item",
        call.scope
    )]
    ListShifted {
        /// Which call.
        call: Box<Call>,
        /// Distinct items of the last walk.
        seen: u64,
        /// The most items that any page of the last walk reported (`meta.total`).
        total: u64,
        /// Walks from page 1 that were tried.
        passes: u32,
    },

    /// A page's `next` link cannot be right; nothing is returned.
    #[error("{call}: the link to the next page is unusable, so nothing is returned")]
    PageLink {
        /// Which call.
        call: Box<Call>,
        /// What is wrong with it.
        source: PageLinkError,
    },

    /// The caller's deadline left no time for the call.
    #[error("{call}: the deadline has passed{}; continue in another run", if *sent { " before the answer came" } else { "" })]
    DeadlineExceeded {
        /// Which call.
        call: Box<Call>,
        /// Whether a request was under way, so that its outcome is unknown.
        sent: bool,
    },

    /// The base URL would send the token in the clear over a network, or is not a base URL at all.
    #[error("{base_url}: not a base URL to send a token to ({reason}); use https, or http on loopback")]
    InsecureBaseUrl {
        /// Its origin.
        base_url: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The text is not a token.
    #[error("not a DigitalOcean token: {reason}")]
    InvalidToken {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A parameter that would turn a path into another one.
    #[error("{value:?} cannot stand in {path}")]
    InvalidParameter {
        /// The path, with `{}` for parameters.
        path: &'static str,
        /// The parameter.
        value: String,
    },

    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built")]
    Http(#[source] reqwest::Error),
}

impl Error {
    /// The call it is about; `None` for errors of construction.
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

    /// Whether the same call may succeed later without anyone doing anything.
    ///
    /// It says nothing of whether repeating is safe: see [`Error::may_have_been_applied`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::ServerError { .. }
            | Self::Transport { .. }
            | Self::ListShifted { .. }
            | Self::DeadlineExceeded { .. } => true,
            // An error body under 200 comes from something broken in between, not from what was asked.
            Self::Api { status, .. } => status.is_success() || *status == StatusCode::REQUEST_TIMEOUT,
            _ => false,
        }
    }

    /// Whether the token was refused the sight of it (403). Nothing follows about what exists.
    #[must_use]
    pub fn is_not_visible(&self) -> bool {
        matches!(self, Self::Forbidden { .. })
    }

    /// Whether it does not exist (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether nothing will succeed until the token is replaced (401).
    #[must_use]
    pub fn needs_new_token(&self) -> bool {
        matches!(self, Self::Unauthorized { .. })
    }

    /// When DigitalOcean asked to come back.
    #[must_use]
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::RateLimited { until, .. } => Some(*until),
            Self::ServerError { retry_at, .. } => *retry_at,
            _ => None,
        }
    }

    /// Whether a call that changes something may have been carried out although it failed here: read before repeating it.
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
            "GET /v2/projects (request r-1): not allowed (403: no); the token needs scope project:create"
        );
        assert!(error.is_not_visible() && !error.is_retryable() && !error.needs_new_token());
        let error = Error::Unauthorized { call: call(Method::GET), message: "no".into() };
        assert!(error.needs_new_token() && error.to_string().contains("replace it"));
    }

    #[test]
    fn an_unknown_outcome_is_told_apart() {
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
