//! The two rate limits of a token (OpenAPI description, "Rate Limit").

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

const HOUR: TimeDelta = TimeDelta::hours(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// How many requests a token of an account may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "LimitsSpec")]
pub struct Limits {
    /// Requests an hour; each expires one hour after it was made.
    pub hourly: u32,
    /// Requests a minute.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hourly: 5000, burst: 250 }
    }
}

impl Limits {
    /// An hourly limit with DO's burst limit for it: 5%.
    #[must_use]
    pub fn hourly(hourly: u32) -> Self {
        Self { hourly, burst: (hourly / 20).max(1) }
    }

    /// The same with another burst limit.
    #[must_use]
    pub fn burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsSpec {
    hourly: Option<u32>,
    burst: Option<u32>,
}

impl From<LimitsSpec> for Limits {
    fn from(spec: LimitsSpec) -> Self {
        let limits = spec.hourly.map_or_else(Self::default, Self::hourly);
        Self { burst: spec.burst.unwrap_or(limits.burst), ..limits }
    }
}

/// What a token has used.
#[derive(Debug, Default)]
pub(crate) struct Meter(VecDeque<DateTime<Utc>>);

/// Whether a request may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    Burst { retry_after: i64 },
    Hourly,
}

impl Meter {
    /// Counts a request, unless it is over a limit. Refused requests are not counted: the documentation does not say, and so a client
    /// that waits as told is let in.
    pub(crate) fn take(&mut self, limits: Limits, now: DateTime<Utc>) -> Verdict {
        while self.0.front().is_some_and(|oldest| *oldest + HOUR <= now) {
            self.0.pop_front();
        }
        if self.0.len() >= limits.hourly as usize {
            return Verdict::Hourly;
        }
        let minute: Vec<_> = self.0.iter().rev().take_while(|at| **at + MINUTE > now).collect();
        if minute.len() >= limits.burst as usize {
            // The wait until so many have expired that one more fits.
            let frees = minute.get((limits.burst as usize).saturating_sub(1)).map_or(now, |at| **at);
            return Verdict::Burst { retry_after: seconds_up(frees + MINUTE - now).max(1) };
        }
        self.0.push_back(now);
        Verdict::Allowed
    }

    /// The three headers of every answer.
    pub(crate) fn headers(&self, limits: Limits, now: DateTime<Utc>) -> HeaderMap {
        let used = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let reset = self.0.front().map_or(now, |oldest| *oldest + HOUR).timestamp();
        headers(limits.hourly, limits.hourly.saturating_sub(used), reset)
    }
}

/// The headers of an answer: the limit, what is left, and the Unix time at which the oldest request expires.
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
