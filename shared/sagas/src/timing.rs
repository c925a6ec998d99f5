//! Durations and retry limits of the saga engine. A staging stack may shorten them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::record::SagaId;

/// A retry limit: how many attempts are made, and at which interval, before the saga is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryLimit {
    /// The number of failed attempts after which the saga is stuck.
    pub attempts: u32,
    /// The time between two attempts.
    pub interval: TimeDelta,
}

/// The durations and limits that the engine, the steps and the provider work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The longest time that one request to DigitalOcean may take. The provider must not wait
    /// longer.
    pub http_timeout: TimeDelta,
    /// The time between the decision on a write and the last moment at which it may be sent. The
    /// lease must last for it and for `http_timeout` on top.
    pub lease_margin: TimeDelta,
    /// The largest expected difference between the clocks of two workers.
    pub clock_skew: TimeDelta,
    /// The time for which a write of unknown outcome is searched for before it counts as not
    /// carried out; at least twice `http_timeout`.
    pub quarantine: TimeDelta,
    /// The time for which a droplet must have been idle before a snapshot that no list shows counts
    /// as not taken.
    pub snapshot_grace: TimeDelta,
    /// The time for which a completed snapshot that has to be compensated is searched for, as lists
    /// may show it late.
    pub listing_lag: TimeDelta,
    /// The time by which reads may lag behind writes: what was just created may not be found by its
    /// id, and what another saga did may not be listed. It is also the cool-down of a lock after
    /// its release.
    pub read_lag: TimeDelta,
    /// The first and the longest wait between two polls.
    pub poll: (TimeDelta, TimeDelta),
    /// The first and the longest wait after a failure.
    pub backoff: (TimeDelta, TimeDelta),
    /// The wait before a saga requests a lock again that another saga holds.
    pub lock_retry: TimeDelta,
    /// The number and interval of refusals of the token by DigitalOcean before the saga is stuck.
    pub token_denied: RetryLimit,
    /// The number and interval of polls of a saga whose definition this build does not have, before
    /// it is stuck.
    pub unknown_definition: RetryLimit,
    /// The highest number of leases in a row that may be taken without any change. Beyond it, the
    /// saga counts as one that crashes its workers.
    pub crash_limit: u32,
    /// The times after its end at which a saga is checked for writes that arrived late.
    pub post_checks: [TimeDelta; 2],
    /// The time that a saga's default deadline adds to what its steps may take together.
    pub time_budget_margin: TimeDelta,
    /// The time after `next_due` at which the reconciler sends a wake-up.
    pub overdue: TimeDelta,
    /// The time without a change after which a saga that waits for nothing counts as stalled.
    pub stalled: TimeDelta,
    /// The least time that a worker must have left to begin another change.
    pub min_remaining: TimeDelta,
    /// The time by which a lease outlasts its worker's time.
    pub lease_slack: TimeDelta,
    /// The time for which the inventory attributes an announced change to the saga.
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
    /// Returns the timing of a staging stack and of tests that wait in real time: seconds and
    /// minutes in place of minutes and hours, in the same proportions. A live DigitalOcean may be
    /// slower than these values assume.
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

    /// Returns the wait after `count` failures. It doubles with each failure up to a bound, and is
    /// up to a quarter longer, so that sagas do not retry at the same moment.
    #[must_use]
    pub fn after_failures(&self, saga: &SagaId, count: u32) -> TimeDelta {
        spread(saga, count, growing(self.backoff, count))
    }

    /// Returns the wait before a write is sent again whose answer was lost and that was never
    /// found, after `count` earlier losses: none at first, then doubling up to an hour. This bounds
    /// the size of a saga's record while DigitalOcean answers no write for days.
    #[must_use]
    pub fn after_losses(&self, saga: &SagaId, count: u32) -> TimeDelta {
        let (first, longest) = self.backoff;
        match count {
            0 => TimeDelta::zero(),
            count => spread(saga, count, growing((first, longest * 12), count)),
        }
    }

    /// Returns the wait after `count` polls of something that takes time.
    #[must_use]
    pub fn after_polls(&self, saga: &SagaId, count: u32) -> TimeDelta {
        spread(saga, count, growing(self.poll, count / 2))
    }

    /// Returns the time at which a lock is requested again, after `count` polls.
    #[must_use]
    pub fn lock_retry_at(&self, saga: &SagaId, count: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        now + spread(saga, count, self.lock_retry)
    }
}

fn growing((first, longest): (TimeDelta, TimeDelta), count: u32) -> TimeDelta {
    (first * (1 << count.min(16))).min(longest)
}

/// Makes a wait up to a quarter longer. The spread comes from the digits of the saga's id, not from
/// a random number, so that the same decision always gives the same time.
fn spread(saga: &SagaId, count: u32, wait: TimeDelta) -> TimeDelta {
    let share = saga.part(97).wrapping_mul(31).wrapping_add(u64::from(count).wrapping_mul(17)) % 100;
    let millis = wait.num_milliseconds() / 400 * i64::try_from(share).unwrap_or(0);
    wait + TimeDelta::milliseconds(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_are_bounded_and_differ_between_sagas() {
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
    fn timings_are_consistent_with_each_other() {
        for timing in [Timing::default(), Timing::short()] {
            assert!(timing.quarantine >= timing.http_timeout * 2, "the quarantine outlasts a request in flight");
            assert!(
                timing.min_remaining >= timing.lease_margin + timing.http_timeout,
                "the minimum remaining time is enough for a write"
            );
            assert!(timing.snapshot_grace > timing.quarantine && timing.listing_lag >= timing.snapshot_grace);
            assert!(timing.post_checks[0] >= timing.listing_lag && timing.post_checks[1] > timing.post_checks[0]);
            assert!(timing.stalled > timing.listing_lag && timing.stalled > timing.backoff.1);
            assert!(timing.poll.0 <= timing.poll.1 && timing.backoff.0 <= timing.backoff.1);
            assert!(timing.announced > timing.post_checks[1] || timing.announced >= TimeDelta::hours(24));
        }
    }
}
