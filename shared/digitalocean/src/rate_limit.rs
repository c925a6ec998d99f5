//! DigitalOcean's rate limits, read from response headers. No I/O.
//!
//! DigitalOcean allows each token 5,000 requests in a sliding hour and 250 in a minute (the burst
//! limit). See
//! <https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit>.

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use std::time::Duration;

/// Assumed duration of a 429 without usable times, since the burst limit counts per minute.
const BURST_WINDOW: TimeDelta = TimeDelta::seconds(60);
/// Furthest possible reset of the hourly limit, which stops counting a request one hour after it
/// was made.
const HOURLY_WINDOW: TimeDelta = TimeDelta::hours(1);

/// The token's hourly limit in the last response (`ratelimit-*` headers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests allowed in an hour (`ratelimit-limit`).
    pub limit: Option<u32>,
    /// Number of requests left (`ratelimit-remaining`).
    pub remaining: Option<u32>,
    /// Time at which the oldest counted request expires (`ratelimit-reset`, Unix seconds).
    /// DigitalOcean has been observed to send times that had passed minutes before; here it is
    /// never earlier than `observed_at`.
    pub reset_at: Option<DateTime<Utc>>,
    /// Time at which the response arrived, by the local clock.
    pub observed_at: DateTime<Utc>,
}

/// The limit that denied a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitKind {
    /// The limit of 250 requests a minute, or the smaller limit of one endpoint. It ends within
    /// about a minute and comes with `retry-after`.
    Burst,
    /// The limit of 5,000 requests an hour. It comes without `retry-after` and with no requests
    /// remaining; it is never waited out in process.
    Hourly,
    /// The limit that the [`RequestLimiter`](crate::RequestLimiter) grants this caller; no request
    /// was sent.
    ClientSide,
}

/// A 429 response, classified by the limit that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyRequests {
    pub(crate) kind: LimitKind,
    pub(crate) until: DateTime<Utc>,
    pub(crate) retry_after: Option<Duration>,
}

impl RateLimit {
    /// Reads the headers; `None` when the response has none of them.
    pub(crate) fn from_headers(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Self> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        let count = |name: &str| number(name).and_then(|value| u32::try_from(value).ok());
        let reset = number("ratelimit-reset").and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let read = Self {
            limit: count("ratelimit-limit"),
            remaining: count("ratelimit-remaining"),
            reset_at: reset.map(|reset| reset.max(now)),
            observed_at: now,
        };
        (read.limit.is_some() || read.remaining.is_some() || read.reset_at.is_some()).then_some(read)
    }
}

impl TooManyRequests {
    /// Distinguishes a burst 429 from an hourly one.
    ///
    /// With neither `retry-after` nor an exhausted hour, the 429 counts as a burst of one whole
    /// window and is not waited for.
    pub(crate) fn classify(headers: &HeaderMap, rate_limit: Option<RateLimit>, now: DateTime<Utc>) -> Self {
        if let Some(wait) = retry_after(headers, now) {
            let until = TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait));
            return Self {
                kind: LimitKind::Burst,
                until: until.unwrap_or(now + HOURLY_WINDOW),
                retry_after: Some(wait),
            };
        }
        if rate_limit.and_then(|seen| seen.remaining) == Some(0) {
            // A reset in the past gives no usable time, so the next try comes after a burst window
            // and not at once.
            let reset = rate_limit.and_then(|seen| seen.reset_at).filter(|reset| *reset > now);
            let until = reset.map_or(now + BURST_WINDOW, |reset| reset.min(now + HOURLY_WINDOW));
            return Self { kind: LimitKind::Hourly, until, retry_after: None };
        }
        Self { kind: LimitKind::Burst, until: now + BURST_WINDOW, retry_after: None }
    }
}

/// Reads `retry-after`, which is either seconds or an HTTP date; a date in the past gives zero.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_583_891_300, 0).unwrap()
    }

    fn classify(pairs: &[(&'static str, &str)]) -> TooManyRequests {
        let headers = headers(pairs);
        TooManyRequests::classify(&headers, RateLimit::from_headers(&headers, now()), now())
    }

    #[test]
    fn a_reset_in_the_past_is_clamped() {
        // Recorded traffic; the clock read 1583891300.
        let pairs = [("ratelimit-limit", "5000"), ("ratelimit-remaining", "4871"), ("ratelimit-reset", "1583891032")];
        let seen = RateLimit::from_headers(&headers(&pairs), now()).unwrap();
        assert_eq!(seen.limit, Some(5000));
        assert_eq!(seen.remaining, Some(4871));
        assert_eq!(seen.reset_at, Some(now()));
    }

    #[test]
    fn absent_or_unreadable_headers_give_no_rate_limit() {
        assert_eq!(RateLimit::from_headers(&HeaderMap::new(), now()), None);
        assert_eq!(RateLimit::from_headers(&headers(&[("ratelimit-limit", "many")]), now()), None);
        assert_eq!(RateLimit::from_headers(&headers(&[("ratelimit-remaining", "-1")]), now()), None);
    }

    #[test]
    fn a_429_with_retry_after_is_a_burst() {
        let seen = classify(&[("retry-after", "17"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "1583894000")]);
        assert_eq!(seen.kind, LimitKind::Burst);
        assert_eq!(seen.retry_after, Some(Duration::from_secs(17)));
        assert_eq!(seen.until, now() + TimeDelta::seconds(17));
    }

    #[test]
    fn an_hourly_429_has_no_retry_after_and_its_reset_is_bounded() {
        for (reset, seconds) in [("1583892300", 1000), ("1583891000", 60), ("1999999999", 3600)] {
            let seen = classify(&[("ratelimit-remaining", "0"), ("ratelimit-reset", reset)]);
            assert_eq!(seen.kind, LimitKind::Hourly);
            assert_eq!(seen.until, now() + TimeDelta::seconds(seconds), "{reset}");
        }
    }

    #[test]
    fn an_unexplained_429_is_a_burst_without_a_wait() {
        for pairs in [&[("ratelimit-remaining", "12")][..], &[]] {
            let seen = classify(pairs);
            assert_eq!((seen.kind, seen.retry_after), (LimitKind::Burst, None));
            assert_eq!(seen.until, now() + TimeDelta::seconds(60));
        }
    }

    #[test]
    fn retry_after_may_be_a_date_or_a_huge_number() {
        let date = (now() + TimeDelta::seconds(9)).to_rfc2822();
        assert_eq!(classify(&[("retry-after", &date)]).retry_after, Some(Duration::from_secs(9)));
        assert_eq!(classify(&[("retry-after", "18446744073709551615")]).until, now() + TimeDelta::hours(1));
    }
}
