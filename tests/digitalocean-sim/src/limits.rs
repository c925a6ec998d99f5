//! Rate limits of a token (OpenAPI description, "Rate Limit"): two limits for all requests, and
//! limits for single paths.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use crate::request::Request;

const HOUR: TimeDelta = TimeDelta::hours(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The number of requests that each token of an account may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LimitsSpec")]
pub struct Limits {
    /// Requests per hour. A request stops counting one hour after it was made.
    pub hourly: u32,
    /// Requests per minute, DO's burst limit.
    pub burst: u32,
    /// If true, the limits of single paths apply too: 10 requests in 60 seconds for the list of SSH
    /// keys, 5 in 10 seconds for CDN endpoints. DO always applies them. Here they are optional,
    /// because a test makes in a second the requests that DO receives in an hour.
    pub paths: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hourly: 5000, burst: 250, paths: false }
    }
}

impl Limits {
    /// Creates an hourly limit with DO's burst limit for it, which is 5%.
    #[must_use]
    pub fn hourly(hourly: u32) -> Self {
        Self { hourly, burst: (hourly / 20).max(1), ..Self::default() }
    }

    /// Sets a different burst limit.
    #[must_use]
    pub fn burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }

    /// Applies the limits of single paths too.
    #[must_use]
    pub fn with_paths(self) -> Self {
        Self { paths: true, ..self }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsSpec {
    hourly: Option<u32>,
    burst: Option<u32>,
    #[serde(default)]
    paths: bool,
}

impl From<LimitsSpec> for Limits {
    fn from(spec: LimitsSpec) -> Self {
        let limits = spec.hourly.map_or_else(Self::default, Self::hourly);
        Self { burst: spec.burst.unwrap_or(limits.burst), paths: spec.paths, ..limits }
    }
}

/// A limit for a single path.
struct PathLimit {
    path: &'static str,
    /// If true, the limit includes the paths below the path and all methods. Otherwise it applies
    /// only to `GET` of the path.
    below: bool,
    requests: usize,
    window: TimeDelta,
}

/// Sources: OpenAPI description, "Rate Limit", and its tag "CDN Endpoints".
static PATH_LIMITS: [PathLimit; 2] = [
    PathLimit { path: "/v2/account/keys", below: false, requests: 10, window: TimeDelta::seconds(60) },
    PathLimit { path: "/v2/cdn/endpoints", below: true, requests: 5, window: TimeDelta::seconds(10) },
];

impl PathLimit {
    fn of(request: &Request) -> Option<&'static Self> {
        PATH_LIMITS.iter().find(|limit| match request.path.strip_prefix(limit.path) {
            Some("") => limit.below || request.method == Method::GET,
            Some(rest) => limit.below && rest.starts_with('/'),
            None => false,
        })
    }
}

/// The requests of a token that still count.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    all: VecDeque<DateTime<Utc>>,
    /// Times of the requests by the path of the limit.
    paths: HashMap<&'static str, VecDeque<DateTime<Utc>>>,
}

/// The decision of the rate limits on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitDecision {
    Allowed,
    Burst { retry_after: i64 },
    Hourly,
}

impl Meter {
    /// Counts a request, unless it exceeds a limit. The documentation does not say whether refused
    /// requests count. Here they do not, so that a client that waits for the announced time is
    /// admitted.
    pub(crate) fn take(&mut self, limits: Limits, request: &Request, now: DateTime<Utc>) -> LimitDecision {
        expire(&mut self.all, HOUR, now);
        if self.all.len() >= limits.hourly as usize {
            return LimitDecision::Hourly;
        }
        let minute: Vec<_> = self.all.iter().rev().take_while(|at| **at + MINUTE > now).collect();
        if minute.len() >= limits.burst as usize {
            // The wait ends when so many requests have expired that one more is admitted.
            let frees = minute.get((limits.burst as usize).saturating_sub(1)).map_or(now, |at| **at);
            return LimitDecision::Burst { retry_after: seconds_up(frees + MINUTE - now).max(1) };
        }
        // DO does not document its answer at the limit of a path. The simulator answers as at the
        // burst limit.
        if let Some(limit) = PathLimit::of(request).filter(|_| limits.paths) {
            let own = self.paths.entry(limit.path).or_default();
            expire(own, limit.window, now);
            if let Some(oldest) = own.front().filter(|_| own.len() >= limit.requests) {
                return LimitDecision::Burst { retry_after: seconds_up(*oldest + limit.window - now).max(1) };
            }
            own.push_back(now);
        }
        self.all.push_back(now);
        LimitDecision::Allowed
    }

    /// The three rate limit headers of every answer.
    pub(crate) fn headers(&self, limits: Limits, now: DateTime<Utc>) -> HeaderMap {
        let used = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let reset = self.all.front().map_or(now, |oldest| *oldest + HOUR).timestamp();
        headers(limits.hourly, limits.hourly.saturating_sub(used), reset)
    }
}

/// Drops the requests that are at least as old as the window.
fn expire(requests: &mut VecDeque<DateTime<Utc>>, window: TimeDelta, now: DateTime<Utc>) {
    while requests.front().is_some_and(|oldest| *oldest + window <= now) {
        requests.pop_front();
    }
}

/// The rate limit headers: the limit, the remaining requests, and the Unix time at which the oldest
/// request expires.
pub(crate) fn headers(limit: u32, remaining: u32, reset: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("ratelimit-limit", HeaderValue::from(limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(reset));
    headers
}

fn seconds_up(wait: TimeDelta) -> i64 {
    (wait.num_milliseconds() + 999) / 1000
}
