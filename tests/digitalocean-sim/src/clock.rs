//! The simulator's clock: the system clock with an offset, or a manual clock that only tests move.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A shared clock. All clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Reading>>);

#[derive(Debug)]
enum Reading {
    System { offset: TimeDelta },
    Manual { now: DateTime<Utc> },
}

impl Clock {
    /// Creates a clock that follows the system clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Reading::System { offset: TimeDelta::zero() })))
    }

    /// Creates a clock that stands at `now` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Reading::Manual { now })))
    }

    /// The current time of the simulator, in UTC.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::System { offset } => Utc::now() + offset,
            Reading::Manual { now } => now,
        }
    }

    /// Moves the time forward. A system clock continues to run from the new time.
    pub fn advance(&self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::System { offset } => *offset += by,
            Reading::Manual { now } => *now += by,
        }
    }
}

/// Formats a time as all answers show it: UTC, whole seconds, `Z` (OpenAPI `droplet.created_at`).
pub(crate) fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
