//! The deadline of a caller's work.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// The time after which no request is started, waited for or retried.
///
/// On Lambda this is the invocation's deadline minus the margin that the caller needs to save its
/// work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestDeadline {
    until: Option<Instant>,
}

impl RequestDeadline {
    /// Creates no deadline: only the limits of [`RetryPolicy`](crate::RetryPolicy) apply.
    #[must_use]
    pub fn none() -> Self {
        Self { until: None }
    }

    /// Creates a deadline at a time of the monotonic clock.
    #[must_use]
    pub fn at(until: Instant) -> Self {
        Self { until: Some(until) }
    }

    /// Creates a deadline that lies `budget` ahead.
    #[must_use]
    pub fn after(budget: Duration) -> Self {
        Self { until: Instant::now().checked_add(budget) }
    }

    /// Creates a deadline at a wall-clock time, such as the end of a Lambda invocation. A time in
    /// the past leaves no time at all.
    #[must_use]
    pub fn at_time(until: DateTime<Utc>) -> Self {
        Self::after((until - Utc::now()).to_std().unwrap_or_default())
    }

    /// Returns the same deadline, earlier by `margin`.
    #[must_use]
    pub fn with_margin(self, margin: Duration) -> Self {
        Self { until: self.until.map(|until| until.checked_sub(margin).unwrap_or_else(Instant::now)) }
    }

    /// Time that is left; `None` without a deadline, zero once it has passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Returns whether the deadline has passed; never true without one.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.remaining().is_some_and(|left| left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_shortens_the_deadline_and_a_past_time_leaves_nothing() {
        assert_eq!(RequestDeadline::none().remaining(), None);
        assert!(RequestDeadline::after(Duration::from_secs(5)).with_margin(Duration::from_secs(6)).has_passed());
        assert!(RequestDeadline::at_time(Utc::now() - chrono::Duration::seconds(1)).has_passed());
        let left =
            RequestDeadline::after(Duration::from_secs(60)).with_margin(Duration::from_secs(10)).remaining().unwrap();
        assert!(left <= Duration::from_secs(50) && left > Duration::from_secs(45), "{left:?}");
    }
}
