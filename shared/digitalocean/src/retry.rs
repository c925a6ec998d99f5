//! The retry policy: whether and when a call is tried again. No I/O; the only randomness is the
//! jitter.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use http::Method;

use crate::Error;

/// The limits for the attempts of one call. Only idempotent calls (GET, PUT, DELETE) are ever
/// repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Number of attempts of one call, including the first.
    pub attempts: u32,
    /// Wait before the second attempt. It doubles with each further attempt; a jitter of up to the
    /// same length is added.
    pub min_delay: Duration,
    /// Longest wait between attempts, before jitter.
    pub max_delay: Duration,
    /// Longest `retry-after` that is waited out in process, if the deadline permits.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// Four attempts, 250 ms to 10 s apart; a `retry-after` of up to 65 s, which covers a whole
    /// burst window.
    fn default() -> Self {
        Self {
            attempts: 4,
            min_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(65),
        }
    }
}

impl RetryPolicy {
    /// Returns the waits between the attempts of one call; the iterator ends when no attempt is
    /// left.
    pub(crate) fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.min_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(usize::try_from(self.attempts.saturating_sub(1)).unwrap_or(usize::MAX))
            .with_jitter()
            .build()
    }

    /// Returns the wait before a call that failed with `error` is repeated, or `None` to give up.
    ///
    /// `delay` is the next value of [`RetryPolicy::delays`], `remaining` the time that the deadline
    /// leaves.
    pub(crate) fn wait(
        &self,
        method: &Method,
        error: &Error,
        delay: Option<Duration>,
        remaining: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Option<Duration> {
        let delay = delay.filter(|_| method.is_idempotent())?;
        let requested = match error {
            Error::Transport { .. } => Duration::ZERO,
            // A limit without a `retry-after` does not end within seconds, so it is not waited for.
            Error::RateLimited { retry_after, .. } => (*retry_after)?,
            Error::ServerError { retry_at, .. } => {
                retry_at.map(|at| (at - now).to_std().unwrap_or_default()).unwrap_or_default()
            }
            _ => return None,
        };
        let wait = requested.max(delay);
        let fits = requested <= self.max_retry_after && remaining.is_none_or(|left| wait < left);
        fits.then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Call, LimitKind, TransportKind};
    use http::StatusCode;

    const DELAY: Option<Duration> = Some(Duration::from_millis(100));

    fn call() -> Box<Call> {
        Box::new(Call { method: Method::GET, path: "/v2/droplets".into(), scope: "droplet:read", request_id: None })
    }

    fn limited(seconds: Option<u64>) -> Error {
        let retry_after = seconds.map(Duration::from_secs);
        Error::RateLimited { call: call(), kind: LimitKind::Burst, until: Utc::now(), retry_after, rate_limit: None }
    }

    fn cut_off() -> Error {
        Error::Transport { call: call(), kind: TransportKind::Body, attempts: 1, source: "cut".into() }
    }

    fn wait(method: &Method, error: &Error, delay: Option<Duration>, remaining: Option<u64>) -> Option<Duration> {
        RetryPolicy::default().wait(method, error, delay, remaining.map(Duration::from_secs), Utc::now())
    }

    #[test]
    fn only_idempotent_calls_are_repeated() {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(wait(&method, &cut_off(), DELAY, None), DELAY, "{method}");
        }
        for method in [Method::POST, Method::PATCH] {
            assert_eq!(wait(&method, &cut_off(), DELAY, None), None, "{method}");
            assert_eq!(wait(&method, &limited(Some(1)), DELAY, None), None, "{method}");
        }
    }

    #[test]
    fn retry_after_is_honoured_if_it_fits_the_deadline() {
        assert_eq!(wait(&Method::GET, &limited(Some(7)), DELAY, Some(8)), Some(Duration::from_secs(7)));
        assert_eq!(wait(&Method::GET, &limited(Some(7)), DELAY, Some(7)), None);
        assert_eq!(wait(&Method::GET, &limited(Some(0)), DELAY, None), DELAY);
        assert_eq!(wait(&Method::GET, &limited(Some(66)), DELAY, None), None);
        assert_eq!(wait(&Method::GET, &limited(None), DELAY, None), None);
    }

    #[test]
    fn exhausted_attempts_and_permanent_errors_are_not_retried() {
        assert_eq!(wait(&Method::GET, &cut_off(), None, None), None);
        let refused = Error::NotFound { call: call(), message: String::new() };
        assert_eq!(wait(&Method::GET, &refused, DELAY, None), None);
        let failed = |at| Error::ServerError {
            call: call(),
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: String::new(),
            attempts: 1,
            retry_at: at,
        };
        assert_eq!(wait(&Method::GET, &failed(None), DELAY, None), DELAY);
        let later = Utc::now() + chrono::Duration::seconds(30);
        assert_eq!(wait(&Method::GET, &failed(Some(later)), DELAY, Some(20)), None);
    }

    #[test]
    fn the_waits_are_bounded_in_number_and_length() {
        let policy = RetryPolicy { attempts: 4, ..RetryPolicy::default() };
        let delays: Vec<_> = policy.delays().collect();
        assert_eq!(delays.len(), 3);
        assert!(delays.iter().all(|delay| *delay >= policy.min_delay && *delay <= policy.max_delay * 2), "{delays:?}");
        assert_eq!(RetryPolicy { attempts: 1, ..policy }.delays().count(), 0);
        assert_eq!(RetryPolicy { attempts: 0, ..policy }.delays().count(), 0);
    }
}
