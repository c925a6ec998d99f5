//! How much time the invocation has left.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::Context;

/// Lambda's longest timeout is 15 minutes; a deadline further away than this is a clock error, not a deadline.
const MAX_REMAINING: Duration = Duration::from_secs(24 * 60 * 60);

/// The moment Lambda ends the invocation, on the monotonic clock.
///
/// Lambda gives the deadline as wall-clock time. It is translated once, when the invocation starts, so that a step of the
/// wall clock during the invocation neither lengthens nor shortens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    at: Instant,
}

impl Deadline {
    /// From the invocation's context; call it first thing in the invocation.
    #[must_use]
    pub fn from_context(context: &Context) -> Self {
        Self::from_epoch_ms(context.deadline, SystemTime::now(), Instant::now())
    }

    /// From Lambda's `Lambda-Runtime-Deadline-Ms` (milliseconds since the Unix epoch), as seen at `wall` = `monotonic`.
    /// A deadline in the past is a deadline now.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next>.
    #[must_use]
    pub fn from_epoch_ms(deadline_ms: u64, wall: SystemTime, monotonic: Instant) -> Self {
        let since_epoch = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let remaining = Duration::from_millis(deadline_ms).saturating_sub(since_epoch);
        Self { at: monotonic + remaining.min(MAX_REMAINING) }
    }

    /// A deadline this far from now, at most a day; for tests and for work outside Lambda.
    #[must_use]
    pub fn after(remaining: Duration) -> Self {
        Self { at: Instant::now() + remaining.min(MAX_REMAINING) }
    }

    /// The deadline itself, for `tokio::time::timeout_at`.
    #[must_use]
    pub const fn instant(self) -> Instant {
        self.at
    }

    /// The time left; zero once it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// The time left if `margin` is to be kept for clearing up; zero once only the margin is left.
    #[must_use]
    pub fn remaining_minus(self, margin: Duration) -> Duration {
        self.remaining().saturating_sub(margin)
    }

    /// Whether no more than `margin` is left.
    #[must_use]
    pub fn is_past(self, margin: Duration) -> bool {
        self.remaining() <= margin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_764_800_000_000;

    fn at(deadline_ms: u64) -> (Deadline, Instant) {
        let monotonic = Instant::now();
        let wall = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW_MS);
        (Deadline::from_epoch_ms(deadline_ms, wall, monotonic), monotonic)
    }

    #[test]
    fn an_epoch_deadline_is_translated_to_the_monotonic_clock() {
        let (deadline, start) = at(NOW_MS + 300_000);
        assert_eq!(deadline.instant() - start, Duration::from_secs(300));
    }

    #[test]
    fn a_past_or_absent_deadline_is_past_and_a_nonsensical_one_is_bounded() {
        assert!(at(NOW_MS - 1).0.is_past(Duration::ZERO));
        assert!(at(0).0.is_past(Duration::ZERO));
        let (deadline, start) = at(u64::MAX);
        assert_eq!(deadline.instant() - start, MAX_REMAINING);
    }

    #[test]
    fn a_margin_is_taken_off() {
        let deadline = Deadline::after(Duration::from_secs(60));
        assert!(deadline.remaining() > Duration::from_secs(59));
        assert!(deadline.remaining_minus(Duration::from_secs(20)) <= Duration::from_secs(40));
        assert_eq!(deadline.remaining_minus(Duration::from_secs(61)), Duration::ZERO);
        assert!(!deadline.is_past(Duration::from_secs(50)));
        assert!(deadline.is_past(Duration::from_secs(60)));
    }
}
