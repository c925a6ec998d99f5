//! How long things take and are waited for. A staging stack may shorten them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::record::SagaId;

/// How often, and at which interval, something is tried again before the saga is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryLimit {
    /// The attempts.
    pub attempts: u32,
    /// The time between two of them.
    pub interval: TimeDelta,
}

/// How long things take and are waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The longest that one request to DigitalOcean may take. The provider must not wait longer.
    pub http_timeout: TimeDelta,
    /// What a lease must last beyond a write's own time.
    pub lease_margin: TimeDelta,
    /// How far two workers' clocks may be apart.
    pub clock_skew: TimeDelta,
    /// How long a write of unknown outcome is looked for before it counts as not carried out: at least twice `http_timeout`.
    pub quarantine: TimeDelta,
    /// How long a droplet must have been idle before a snapshot that is not seen counts as not taken.
    pub snapshot_grace: TimeDelta,
    /// How long a completed snapshot that has to be undone is looked for.
    pub listing_lag: TimeDelta,
    /// How long what was just made may not be found by its id, and what another saga did may not be listed: its locks rest for so long.
    pub read_lag: TimeDelta,
    /// The first and the longest wait between two looks.
    pub poll: (TimeDelta, TimeDelta),
    /// The first and the longest wait after a failure.
    pub backoff: (TimeDelta, TimeDelta),
    /// How long a saga waits before it asks again for a lock that another holds.
    pub lock_retry: TimeDelta,
    /// How often, at this distance, a token that is not accepted is tried before people are called.
    pub token_denied: RetryLimit,
    /// How often, at this distance, a definition that this build does not know is looked at before people are called.
    pub unknown_definition: RetryLimit,
    /// So many leases taken without any change, and the saga kills its workers.
    pub crash_limit: u32,
    /// When, after its end, a saga looks for writes that arrive late.
    pub post_checks: [TimeDelta; 2],
    /// What a saga is given beyond what its steps may take.
    pub time_budget_margin: TimeDelta,
    /// How long overdue a saga is before the reconciler rings for it.
    pub overdue: TimeDelta,
    /// How long a saga may be without a change, while it waits for nothing, before people are called.
    pub stalled: TimeDelta,
    /// Under this, what is left of a worker's time does not suffice for another change.
    pub min_remaining: TimeDelta,
    /// How long a lease outlives its worker's time.
    pub lease_slack: TimeDelta,
    /// How long the inventory takes a change that a saga announced for the saga's.
    pub announced: TimeDelta,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = TimeDelta::seconds;
        Self {
            http_timeout: seconds(15),
            lease_margin: seconds(5),
            clock_skew: seconds(65),
            quarantine: seconds(45),
            snapshot_grace: TimeDelta::minutes(10),
            listing_lag: TimeDelta::minutes(15),
            read_lag: seconds(60),
            poll: (seconds(5), seconds(120)),
            backoff: (seconds(5), TimeDelta::minutes(5)),
            lock_retry: seconds(30),
            token_denied: RetryLimit { attempts: 3, interval: seconds(60) },
            unknown_definition: RetryLimit { attempts: 30, interval: seconds(60) },
            crash_limit: 8,
            post_checks: [TimeDelta::minutes(15), TimeDelta::hours(24)],
            time_budget_margin: TimeDelta::minutes(30),
            overdue: seconds(30),
            stalled: TimeDelta::minutes(30),
            min_remaining: seconds(25),
            lease_slack: seconds(5),
            announced: TimeDelta::hours(24),
        }
    }
}

impl Timing {
    /// For a staging stack and for tests that wait for real: seconds and minutes in place of minutes and hours, in the same proportions. A
    /// live DigitalOcean may be slower than this takes it to be.
    #[must_use]
    pub fn short() -> Self {
        let seconds = TimeDelta::seconds;
        Self {
            http_timeout: seconds(4),
            lease_margin: seconds(2),
            clock_skew: seconds(2),
            quarantine: seconds(9),
            snapshot_grace: seconds(12),
            listing_lag: seconds(15),
            read_lag: seconds(4),
            poll: (seconds(1), seconds(4)),
            backoff: (seconds(1), seconds(8)),
            lock_retry: seconds(2),
            token_denied: RetryLimit { attempts: 3, interval: seconds(2) },
            unknown_definition: RetryLimit { attempts: 5, interval: seconds(2) },
            crash_limit: 8,
            post_checks: [seconds(20), seconds(60)],
            time_budget_margin: TimeDelta::minutes(10),
            overdue: seconds(2),
            stalled: TimeDelta::minutes(2),
            min_remaining: seconds(8),
            lease_slack: seconds(2),
            announced: TimeDelta::hours(24),
        }
    }

    /// The wait after `count` failures: doubling, bounded, and up to a quarter longer so that sagas do not come back together.
    #[must_use]
    pub fn after_failures(&self, saga: &SagaId, count: u32) -> TimeDelta {
        spread(saga, count, growing(self.backoff, count))
    }

    /// The wait before a write is sent again whose answer was lost and that was never seen, after `count` such losses before: none, then
    /// doubling up to an hour. It is what bounds a saga's record while DigitalOcean answers no write for days.
    #[must_use]
    pub fn after_losses(&self, saga: &SagaId, count: u32) -> TimeDelta {
        let (first, longest) = self.backoff;
        match count {
            0 => TimeDelta::zero(),
            count => spread(saga, count, growing((first, longest * 12), count)),
        }
    }

    /// The wait after `count` looks at something that takes its time.
    #[must_use]
    pub fn after_polls(&self, saga: &SagaId, count: u32) -> TimeDelta {
        spread(saga, count, growing(self.poll, count / 2))
    }

    /// When to ask again for a lock.
    #[must_use]
    pub fn lock_retry_at(&self, saga: &SagaId, count: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        now + spread(saga, count, self.lock_retry)
    }
}

fn growing((first, longest): (TimeDelta, TimeDelta), count: u32) -> TimeDelta {
    (first * (1 << count.min(16))).min(longest)
}

/// Without a random number: a saga's own digits do as well, and the same decision gives the same time.
fn spread(saga: &SagaId, count: u32, wait: TimeDelta) -> TimeDelta {
    let share = saga.part(97).wrapping_mul(31).wrapping_add(u64::from(count).wrapping_mul(17)) % 100;
    let millis = wait.num_milliseconds() / 400 * i64::try_from(share).unwrap_or(0);
    wait + TimeDelta::milliseconds(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_bounded_and_differ() {
        let timing = Timing::default();
        let sagas = ["0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11", "0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a12"];
        let sagas = sagas.map(|id| id.parse::<SagaId>().unwrap());
        let (first, longest) = timing.backoff;
        for count in 0..40 {
            let wait = timing.after_failures(&sagas[0], count);
            assert!(wait >= first && wait <= longest + longest / 4, "{count}: {wait}");
        }
        assert!(timing.after_failures(&sagas[0], 3) > timing.after_failures(&sagas[0], 0) * 4);
        assert_ne!(timing.after_failures(&sagas[0], 0), timing.after_failures(&sagas[1], 0));
    }

    #[test]
    fn the_times_suit_each_other() {
        for timing in [Timing::default(), Timing::short()] {
            assert!(timing.quarantine >= timing.http_timeout * 2, "a write arrives before it counts as lost");
            assert!(timing.min_remaining >= timing.lease_margin + timing.http_timeout, "a slice is enough for a write");
            assert!(timing.snapshot_grace > timing.quarantine && timing.listing_lag >= timing.snapshot_grace);
            assert!(timing.post_checks[0] >= timing.listing_lag && timing.post_checks[1] > timing.post_checks[0]);
            assert!(timing.stalled > timing.listing_lag && timing.stalled > timing.backoff.1);
            assert!(timing.poll.0 <= timing.poll.1 && timing.backoff.0 <= timing.backoff.1);
            assert!(timing.announced > timing.post_checks[1] || timing.announced >= TimeDelta::hours(24));
        }
    }
}
