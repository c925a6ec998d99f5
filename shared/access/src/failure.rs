//! The one classification of what DigitalOcean refuses or fails to do: the reason for people, and
//! what can be done about it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use digitalocean::Error;
use domain::error_chain;
use runtime::Failure;

/// A request that DigitalOcean did not carry out, or a token that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct DigitalOceanFailure {
    /// The problem, and what to do about it; for logs, receipts and the API.
    pub reason: String,
    /// Whether the worker retries, waits, asks an operator or gives up.
    pub remedy: Remedy,
}

/// What can be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Repeat it: the failure is temporary.
    Retry {
        /// The time before which DigitalOcean asked not to; none if it named none.
        not_before: Option<DateTime<Utc>>,
    },
    /// Wait until a rate limit allows it again; nothing failed.
    Wait {
        /// The time at which the limit ends.
        until: DateTime<Utc>,
    },
    /// Continue in another run, because the caller's own time is used up.
    AnotherRun,
    /// Read the token again, because DigitalOcean does not accept this one (401). If it does not
    /// accept the token that is stored now, an operator has to replace it.
    NewToken,
    /// Give the token the missing scope (403), which an operator may do or not. It says nothing
    /// about what exists.
    Scope,
    /// Nothing, the answer is final: DigitalOcean says that this does not exist (404).
    NotFound,
    /// Nothing, the answer is final: DigitalOcean does not accept this request.
    Refused,
    /// An operator has to look: the configuration or an answer is not as it must be.
    Operator,
}

impl DigitalOceanFailure {
    /// Converts the failure to the result of the message whose work it ended.
    #[must_use]
    pub fn into_message_result(self, now: DateTime<Utc>) -> Failure {
        match self.remedy {
            Remedy::Retry { not_before: Some(at) } | Remedy::Wait { until: at } => {
                Failure::later((domain::to_millis(at) - now).to_std().unwrap_or_default(), self.reason)
            }
            Remedy::AnotherRun => Failure::later(Duration::ZERO, self.reason),
            Remedy::Retry { not_before: None } => Failure::from(self),
            Remedy::NewToken | Remedy::Scope | Remedy::NotFound | Remedy::Refused | Remedy::Operator => {
                Failure::terminal(self.reason)
            }
        }
    }

    /// Returns whether the work only has to wait, so that the attempt does not count as failed.
    #[must_use]
    pub fn is_deferral(&self) -> bool {
        matches!(self.remedy, Remedy::Retry { not_before: Some(_) } | Remedy::Wait { .. } | Remedy::AnotherRun)
    }
}

impl From<&Error> for DigitalOceanFailure {
    fn from(error: &Error) -> Self {
        // The cause of a response that cannot be decoded may quote its content, so only the
        // position is named.
        let reason = if let Error::Decode { .. } = error { error.to_string() } else { error_chain(error) };
        Self { reason, remedy: remedy(error) }
    }
}

/// Returns what can be done about an error. Advice about tokens, scopes and what exists comes only
/// from DigitalOcean itself: the client reports the error pages of proxies as [`Error::Api`]
/// without an id.
fn remedy(error: &Error) -> Remedy {
    match error {
        Error::RateLimited { until, .. } => Remedy::Wait { until: *until },
        Error::DeadlineExceeded { .. } => Remedy::AnotherRun,
        Error::Unauthorized { .. } => Remedy::NewToken,
        Error::Forbidden { .. } => Remedy::Scope,
        Error::NotFound { .. } => Remedy::NotFound,
        error if error.is_retryable() => Remedy::Retry { not_before: error.retry_at() },
        Error::Api { status, id: Some(_), .. } if status.is_client_error() => Remedy::Refused,
        Error::InvalidParameter { .. } => Remedy::Refused,
        _ => Remedy::Operator,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use digitalocean::{Call, LimitKind, PageLinkError, TransportKind};
    use http::{Method, StatusCode};

    use super::*;

    fn call() -> Box<Call> {
        Box::new(Call { method: Method::GET, path: "/v2/droplets".into(), scope: "droplet:read", request_id: None })
    }

    fn api(status: StatusCode, id: Option<&str>) -> Error {
        Error::Api { call: call(), status, id: id.map(str::to_owned), message: "no".into() }
    }

    fn server_error(retry_at: Option<DateTime<Utc>>) -> Error {
        let status = StatusCode::BAD_GATEWAY;
        Error::ServerError { call: call(), status, message: "down".into(), attempts: 3, retry_at }
    }

    fn decode() -> Error {
        let source = serde_json::from_str::<u8>("\"s3cret\"").unwrap_err();
        Error::Decode { call: call(), at: "droplets[3].id".into(), snippet: "JSON".into(), source }
    }

    /// Returns every error of the client, with its remedy, and the result of a message that it ends
    /// at the epoch.
    fn cases() -> Vec<(Error, Remedy, &'static str)> {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(90);
        let limited = Error::RateLimited {
            call: call(),
            kind: LimitKind::Hourly,
            until: at,
            retry_after: None,
            rate_limit: None,
        };
        let cut = |kind| Error::Transport { call: call(), kind, attempts: 1, source: "cut".into() };
        let (retry, message) = (Remedy::Retry { not_before: None }, || "no".to_owned());
        let mut cases = vec![
            (Error::Unauthorized { call: call(), message: message() }, Remedy::NewToken, "terminal"),
            (Error::Forbidden { call: call(), message: message() }, Remedy::Scope, "terminal"),
            (Error::NotFound { call: call(), message: message() }, Remedy::NotFound, "terminal"),
            (limited, Remedy::Wait { until: at }, "later 90"),
            (server_error(None), retry, "retry"),
            (server_error(Some(at)), Remedy::Retry { not_before: Some(at) }, "later 90"),
            (decode(), Remedy::Operator, "terminal"),
            (Error::ListShifted { call: call(), seen: 1, total: 2, passes: 3 }, retry, "retry"),
            (
                Error::PageLink { call: call(), source: PageLinkError::NotAUrl { page: 1 } },
                Remedy::Operator,
                "terminal",
            ),
            (Error::DeadlineExceeded { call: call(), sent: true }, Remedy::AnotherRun, "later 0"),
            (Error::DeadlineExceeded { call: call(), sent: false }, Remedy::AnotherRun, "later 0"),
            (Error::InsecureBaseUrl { base_url: "http://x".into(), reason: "no" }, Remedy::Operator, "terminal"),
            (Error::InvalidToken { reason: "it is empty" }, Remedy::Operator, "terminal"),
            (Error::InvalidParameter { path: "/v2/tags/{}", value: "..".into() }, Remedy::Refused, "terminal"),
            (Error::Http(reqwest::Client::new().get("http://[").build().unwrap_err()), Remedy::Operator, "terminal"),
            // DigitalOcean's own refusals have an id.
            (api(StatusCode::UNPROCESSABLE_ENTITY, Some("unprocessable_entity")), Remedy::Refused, "terminal"),
            (api(StatusCode::CONFLICT, Some("conflict")), Remedy::Refused, "terminal"),
            (api(StatusCode::REQUEST_TIMEOUT, Some("timeout")), retry, "retry"),
            (api(StatusCode::OK, Some("not_found")), retry, "retry"),
        ];
        let kinds = [TransportKind::Connect, TransportKind::Timeout, TransportKind::Interrupted, TransportKind::Body];
        cases.extend(kinds.map(|kind| (cut(kind), retry, "retry")));
        // What a proxy answers proves nothing about tokens, scopes or what exists.
        let by_proxy = [301, 400, 401, 403, 404, 422].map(|status| StatusCode::from_u16(status).unwrap());
        cases.extend(by_proxy.map(|status| (api(status, None), Remedy::Operator, "terminal")));
        cases
    }

    #[test]
    fn every_error_of_the_client_has_its_remedy() {
        for (error, remedy, expected) in cases() {
            let failure = DigitalOceanFailure::from(&error);
            assert_eq!(failure.remedy, remedy, "{error}");
            assert!(!failure.reason.is_empty(), "{error:?}");
            let deferred = failure.is_deferral();
            let result = match failure.into_message_result(DateTime::UNIX_EPOCH) {
                Failure::Retry { .. } => "retry".to_owned(),
                Failure::Later { delay, .. } => format!("later {}", delay.as_secs()),
                Failure::Terminal { .. } => "terminal".to_owned(),
            };
            assert_eq!(result, expected, "{error}");
            assert_eq!(deferred, expected.starts_with("later"), "{error}");
        }
    }

    #[test]
    fn a_limit_that_has_ended_is_waited_for_no_longer() {
        let failure =
            DigitalOceanFailure { reason: "limited".into(), remedy: Remedy::Wait { until: DateTime::UNIX_EPOCH } };
        let later = failure.into_message_result(DateTime::UNIX_EPOCH + TimeDelta::seconds(1));
        assert!(matches!(later, Failure::Later { delay: Duration::ZERO, .. }), "{later:?}");
    }

    #[test]
    fn only_token_and_scope_errors_give_advice_about_them() {
        for (error, remedy, _) in cases() {
            let reason = DigitalOceanFailure::from(&error).reason;
            assert_eq!(reason.contains("replace it"), remedy == Remedy::NewToken, "{reason}");
            assert_eq!(reason.contains("it needs scope droplet:read"), remedy == Remedy::Scope, "{reason}");
        }
    }

    #[test]
    fn a_response_that_cannot_be_decoded_is_not_quoted() {
        let reason = DigitalOceanFailure::from(&decode()).reason;
        assert!(reason.contains("droplets[3].id") && !reason.contains("s3cret"), "{reason}");
    }
}
