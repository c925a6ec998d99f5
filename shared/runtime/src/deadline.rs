//! The deadline of an invocation.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::Context;

/// The maximum distance of a deadline. Lambda's longest timeout is 15 minutes, so anything further
/// away is a clock error.
const MAX_REMAINING: Duration = Duration::from_secs(24 * 60 * 60);

/// The time at which Lambda ends the invocation, on the monotonic clock.
///
/// Lambda gives the deadline as wall-clock time. It is converted once, when the invocation starts,
/// so that an adjustment of the wall clock during the invocation does not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    at: Instant,
}

impl Deadline {
    /// Reads the deadline from the invocation's context. Call it at the very beginning of the
    /// invocation.
    #[must_use]
    pub fn from_context(context: &Context) -> Self {
        Self::from_epoch_ms(context.deadline, SystemTime::now(), Instant::now())
    }

    /// Converts Lambda's `Lambda-Runtime-Deadline-Ms` (milliseconds since the Unix epoch); `wall`
    /// and `monotonic` are the same moment on the two clocks. A deadline in the past becomes a
    /// deadline now.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next>.
    #[must_use]
    pub fn from_epoch_ms(deadline_ms: u64, wall: SystemTime, monotonic: Instant) -> Self {
        let since_epoch = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let remaining = Duration::from_millis(deadline_ms).saturating_sub(since_epoch);
        Self { at: monotonic + remaining.min(MAX_REMAINING) }
    }

    /// Creates a deadline this far from now, at most a day; for tests and for work outside Lambda.
    #[must_use]
    pub fn after(remaining: Duration) -> Self {
        Self { at: Instant::now() + remaining.min(MAX_REMAINING) }
    }

    /// Returns the deadline as an instant, for `tokio::time::timeout_at`.
    #[must_use]
    pub const fn instant(self) -> Instant {
        self.at
    }

    /// Returns the remaining time; zero once the deadline has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Returns the deadline earlier by a `margin` that is reserved for cleaning up.
    #[must_use]
    pub fn earlier_by(self, margin: Duration) -> Self {
        Self { at: self.at.checked_sub(margin).unwrap_or_else(Instant::now) }
    }

    /// Returns whether the deadline has passed.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.remaining().is_zero()
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
    fn an_epoch_deadline_is_converted_to_the_monotonic_clock() {
        let (deadline, start) = at(NOW_MS + 300_000);
        assert_eq!(deadline.instant() - start, Duration::from_secs(300));
    }

    #[test]
    fn a_past_or_absent_deadline_is_past_and_a_far_one_is_capped() {
        assert!(at(NOW_MS - 1).0.has_passed());
        assert!(at(0).0.has_passed());
        let (deadline, start) = at(u64::MAX);
        assert_eq!(deadline.instant() - start, MAX_REMAINING);
    }

    #[test]
    fn a_margin_is_subtracted() {
        let deadline = Deadline::after(Duration::from_secs(60));
        assert!(deadline.remaining() > Duration::from_secs(59));
        assert!(deadline.earlier_by(Duration::from_secs(20)).remaining() <= Duration::from_secs(40));
        assert_eq!(deadline.earlier_by(Duration::from_secs(61)).remaining(), Duration::ZERO);
        assert!(!deadline.earlier_by(Duration::from_secs(50)).has_passed());
        assert!(deadline.earlier_by(Duration::from_secs(60)).has_passed());
    }
}
