//! The requests of one token that were reserved in the last hour, by priority, and the decision how
//! many more a priority may have. This module is pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The purpose of requests to DigitalOcean, from the highest priority to the lowest. A higher
/// priority never waits for a lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// The compensation of saga steps.
    Compensation,
    /// The forward steps of sagas.
    Provisioning,
    /// The reads of balances and invoices.
    Billing,
    /// The fast poll of droplets, every minute.
    Fast,
    /// The full sweeps of the other kinds.
    Full,
    /// The scans of kinds that are listed parent by parent, such as backups by droplet: thousands
    /// of requests that are not urgent.
    ParentScans,
}

impl Priority {
    /// All priorities, the highest first.
    pub const ALL: [Self; 6] =
        [Self::Compensation, Self::Provisioning, Self::Billing, Self::Fast, Self::Full, Self::ParentScans];

    /// Returns the requests per hour that are reserved for this priority, for a token with the
    /// usual limit.
    #[must_use]
    pub fn reserved_hourly(self) -> u32 {
        RESERVES[self as usize].hourly
    }

    /// Returns the requests per minute that are reserved for this priority, for a token with the
    /// usual limit.
    #[must_use]
    pub fn reserved_minutely(self) -> u32 {
        RESERVES[self as usize].minutely
    }

    /// Returns the requests per hour and per minute that are available to this priority while the
    /// higher ones use no more than their reserves.
    #[must_use]
    pub fn max_available(self) -> (u32, u32) {
        let higher = || RESERVES.iter().filter(|reserve| reserve.priority < self);
        let hourly: u32 = higher().map(|reserve| reserve.hourly).sum();
        let minutely: u32 = higher().map(|reserve| reserve.minutely).sum();
        (HOURLY_LIMIT - hourly, HOURLY_LIMIT / MINUTES_PART - minutely)
    }
}

/// The requests that are kept free for a priority until it has used them.
struct Reserve {
    priority: Priority,
    /// Reserved requests per hour.
    hourly: u32,
    /// Reserved requests per minute.
    minutely: u32,
}

/// The reserves, in the order of the priorities. A saga of some steps takes a few dozen requests,
/// and a day's invoices a few hundred. The fast poll takes one page per 200 droplets every minute,
/// so that an account of 3,000 droplets needs no token of its own for it. The full sweeps of 50,000
/// resources take under a thousand requests an hour. The remaining 1,100 an hour and 60 a minute
/// are open to every priority.
const RESERVES: [Reserve; 6] = [
    Reserve { priority: Priority::Compensation, hourly: 600, minutely: 40 },
    Reserve { priority: Priority::Provisioning, hourly: 700, minutely: 40 },
    Reserve { priority: Priority::Billing, hourly: 500, minutely: 30 },
    Reserve { priority: Priority::Fast, hourly: 1_100, minutely: 20 },
    Reserve { priority: Priority::Full, hourly: 1_000, minutely: 60 },
    Reserve { priority: Priority::ParentScans, hourly: 0, minutely: 0 },
];

/// The requests per hour that a token allows unless DigitalOcean reports another limit:
/// <https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit>
const HOURLY_LIMIT: u32 = 5_000;
/// The fraction of the hourly limit that is allowed in one minute: one part in this many.
const MINUTES_PART: u32 = 20;
/// How many minutes back requests count: a whole hour after the last second of their minute.
const WINDOW_MINUTES: i64 = 60;
/// How long a remaining quota that DigitalOcean reported is used besides our own count. It becomes
/// outdated because requests leave DigitalOcean's window all the time.
const OBSERVATION_HOLDS: TimeDelta = TimeDelta::minutes(5);

/// The hourly rate limit of a token as DigitalOcean reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedRateLimit {
    /// The requests allowed per hour; `None` if not reported.
    pub limit: Option<u32>,
    /// The requests left, after those of all clients of the token; `None` if not reported.
    pub remaining: Option<u32>,
    /// The time of the response that reported the limit.
    pub at: DateTime<Utc>,
}

/// The outcome of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// The number of requests granted, at least one, to be made within the next minutes.
    Granted(u32),
    /// No request is available before this time.
    Wait(DateTime<Utc>),
}

/// The requests of one token that were reserved in the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct QuotaWindow {
    /// The version of the item, which counts its writes.
    pub(crate) version: u64,
    /// The reservations by minute, oldest first.
    slots: Vec<Slot>,
    /// The latest rate limit that DigitalOcean reported, and the number of requests reserved since.
    #[serde(default)]
    observed: Option<ObservedRateLimit>,
    #[serde(default)]
    reserved_since: u32,
}

/// The requests that were reserved in one minute, by priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Slot {
    /// The minute, counted from 1970-01-01T00:00Z.
    minute: i64,
    used: [u32; RESERVES.len()],
}

impl QuotaWindow {
    /// Reserves up to `wanted` requests, or returns when to ask again.
    pub(crate) fn reserve(
        &mut self,
        priority: Priority,
        wanted: u32,
        observed: Option<ObservedRateLimit>,
        now: DateTime<Utc>,
    ) -> Reservation {
        self.observe(observed);
        // The clock of another function may be ahead. Its last minute then counts as the current
        // one.
        let minute = self.slots.last().map_or(i64::MIN, |slot| slot.minute).max(minute_of(now));
        self.slots.retain(|slot| slot.minute >= minute - WINDOW_MINUTES);
        let available = self.available(priority, minute, now);
        if available == 0 {
            return Reservation::Wait(self.next_available(priority, minute, now));
        }
        let granted = wanted.clamp(1, available);
        match self.slots.last_mut().filter(|slot| slot.minute == minute) {
            Some(slot) => slot.used[priority as usize] += granted,
            None => {
                let mut used = [0; RESERVES.len()];
                used[priority as usize] = granted;
                self.slots.push(Slot { minute, used });
            }
        }
        self.reserved_since = self.reserved_since.saturating_add(granted);
        self.version += 1;
        Reservation::Granted(granted)
    }

    fn observe(&mut self, observed: Option<ObservedRateLimit>) {
        if let Some(observed) = observed
            && self.observed.is_none_or(|known| known.at < observed.at)
        {
            self.observed = Some(observed);
            self.reserved_since = 0;
        }
    }

    fn limit(&self) -> u32 {
        self.observed.and_then(|observed| observed.limit).filter(|limit| *limit > 0).unwrap_or(HOURLY_LIMIT)
    }

    /// Returns how many requests a priority may have in this minute.
    fn available(&self, priority: Priority, minute: i64, now: DateTime<Utc>) -> u32 {
        let limit = self.limit();
        let this_hour = self.used_from(minute - WINDOW_MINUTES);
        let this_minute = self.used_from(minute);
        let reserved = |used: &[u32; RESERVES.len()], part: fn(&Reserve) -> u32| -> u32 {
            let higher = RESERVES.iter().filter(|reserve| reserve.priority < priority);
            higher.map(|reserve| part(reserve).saturating_sub(used[reserve.priority as usize])).sum()
        };
        let hourly_reserved = scaled(reserved(&this_hour, |reserve| reserve.hourly), limit);
        let minutely_reserved = scaled(reserved(&this_minute, |reserve| reserve.minutely), limit);
        let hourly = limit.saturating_sub(total(&this_hour)).saturating_sub(hourly_reserved);
        let minutely = (limit / MINUTES_PART).saturating_sub(total(&this_minute)).saturating_sub(minutely_reserved);
        let remaining = self.remaining(now).map_or(u32::MAX, |remaining| remaining.saturating_sub(hourly_reserved));
        hourly.min(minutely).min(remaining)
    }

    /// Returns what is left of the reported quota, while the report is recent enough.
    fn remaining(&self, now: DateTime<Utc>) -> Option<u32> {
        let observed = self.observed.filter(|observed| now < observed.at + OBSERVATION_HOLDS)?;
        Some(observed.remaining?.saturating_sub(self.reserved_since))
    }

    /// Returns the start of the first minute in which a request is available, provided that no
    /// other function takes it.
    fn next_available(&self, priority: Priority, minute: i64, now: DateTime<Utc>) -> DateTime<Utc> {
        let later = (minute + 1..=minute + WINDOW_MINUTES).find_map(|later| {
            let at = DateTime::from_timestamp(later * 60, 0)?;
            (self.available(priority, later, at) > 0).then_some(at)
        });
        later.unwrap_or(now + TimeDelta::minutes(WINDOW_MINUTES)).max(now + TimeDelta::seconds(1))
    }

    fn used_from(&self, minute: i64) -> [u32; RESERVES.len()] {
        let mut used = [0; RESERVES.len()];
        for slot in self.slots.iter().filter(|slot| slot.minute >= minute) {
            for (sum, of_slot) in used.iter_mut().zip(slot.used) {
                *sum += of_slot;
            }
        }
        used
    }
}

/// Returns a reserve in proportion to `limit`, for a token whose limit is not the usual one.
fn scaled(reserve: u32, limit: u32) -> u32 {
    u32::try_from(u64::from(reserve) * u64::from(limit) / u64::from(HOURLY_LIMIT)).unwrap_or(u32::MAX)
}

fn total(used: &[u32]) -> u32 {
    used.iter().sum()
}

fn minute_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn granted(reservation: Reservation) -> u32 {
        match reservation {
            Reservation::Granted(count) => count,
            Reservation::Wait(_) => 0,
        }
    }

    #[test]
    fn the_table_of_reserves_is_in_the_order_of_the_priorities() {
        for (index, reserve) in RESERVES.iter().enumerate() {
            assert_eq!((reserve.priority as usize, reserve.priority), (index, Priority::ALL[index]));
        }
        assert!(RESERVES.iter().map(|reserve| reserve.hourly).sum::<u32>() < HOURLY_LIMIT);
        assert!(RESERVES.iter().map(|reserve| reserve.minutely).sum::<u32>() < HOURLY_LIMIT / MINUTES_PART);
    }

    /// Full sweeps that request as much as possible for hours get exactly what no other priority
    /// has reserved, and continue as older requests leave the window.
    #[test]
    fn full_sweeps_alone_take_what_the_reserves_leave() {
        let mut window = QuotaWindow::default();
        let mut taken = Vec::new();
        for minute in 0..180 {
            let mut this_minute = 0;
            loop {
                match window.reserve(Priority::Full, 64, None, at(minute * 60)) {
                    Reservation::Granted(count) => this_minute += count,
                    Reservation::Wait(until) => {
                        assert!(until > at(minute * 60) && until <= at((minute + 61) * 60));
                        break;
                    }
                }
            }
            taken.push(this_minute);
        }
        assert_eq!(taken[0], 120);
        for hour in taken.windows(60) {
            assert!(hour.iter().sum::<u32>() <= Priority::Full.max_available().0);
        }
        assert!(taken.iter().sum::<u32>() > 2 * Priority::Full.max_available().0, "the sweep continues in later hours");
    }

    /// A scan of the backups of 3,000 droplets takes all requests that it is granted, on the
    /// account's only token. Each higher priority requests a part of its reserve every minute and
    /// never waits, and a full sweep that begins meanwhile completes within minutes.
    #[test]
    fn a_parent_scan_of_thousands_of_requests_starves_no_other_priority() {
        let mut window = QuotaWindow::default();
        let (mut left_of_scan, mut left_of_sweep) = (3_000, 0);
        let mut minute = 0;
        while left_of_scan > 0 {
            let mut ask = |priority, wanted| granted(window.reserve(priority, wanted, None, at(minute * 60)));
            // The scan requests as much as it can, before all others.
            while left_of_scan > 0 {
                match ask(Priority::ParentScans, left_of_scan.min(64)) {
                    0 => break,
                    count => left_of_scan -= count,
                }
            }
            for priority in [Priority::Compensation, Priority::Provisioning, Priority::Billing, Priority::Fast] {
                // A request counts until an hour after the end of its minute.
                let wanted = priority.reserved_hourly() / 61;
                assert_eq!(ask(priority, wanted), wanted, "{priority:?} in minute {minute}");
            }
            if minute % 15 == 0 {
                left_of_sweep = Priority::Full.reserved_hourly() / 5;
            }
            left_of_sweep -= ask(Priority::Full, left_of_sweep.max(1)).min(left_of_sweep);
            assert!(
                left_of_sweep == 0 || minute % 15 < 4,
                "{left_of_sweep} requests of a sweep are left in minute {minute}"
            );
            minute += 1;
        }
        assert!((60..=180).contains(&minute), "{minute} minutes");
    }

    #[test]
    fn the_observed_rate_limit_counts_while_it_is_fresh() {
        let mut window = QuotaWindow::default();
        let observed = |remaining, seconds| {
            Some(ObservedRateLimit { limit: Some(5_000), remaining: Some(remaining), at: at(seconds) })
        };
        // Another client uses the token: the remaining quota is for priorities with a reserve.
        assert!(matches!(window.reserve(Priority::Full, 4, observed(2_000, 0), at(1)), Reservation::Wait(_)));
        assert_eq!(window.reserve(Priority::Compensation, 4, None, at(1)), Reservation::Granted(4));
        let Reservation::Wait(until) = window.reserve(Priority::Full, 4, None, at(2)) else { panic!("granted") };
        assert!(until <= at(6 * 60), "{until}");
        assert_eq!(window.reserve(Priority::Full, 4, None, until), Reservation::Granted(4));
        // A smaller limit is respected, and the reserves shrink in proportion.
        let mut small = QuotaWindow::default();
        let observed = Some(ObservedRateLimit { limit: Some(500), remaining: Some(500), at: at(0) });
        assert_eq!(small.reserve(Priority::Compensation, 100, observed, at(0)), Reservation::Granted(25));
    }

    fn requests() -> impl Strategy<Value = Vec<(Priority, u32, i64)>> {
        let one = (prop::sample::select(Priority::ALL.to_vec()), 1u32..200, 0i64..40);
        prop::collection::vec(one, 1..400)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// For any sequence of requests, the limits hold and no priority loses its reserve.
        #[test]
        fn limits_hold_and_no_priority_loses_its_reserve(requested in requests()) {
            let mut window = QuotaWindow::default();
            let mut now = 0;
            let mut log: Vec<(i64, Priority, u32)> = Vec::new();
            for (priority, wanted, seconds) in requested {
                now += seconds;
                let used = |log: &[(i64, Priority, u32)], priority: Priority, seconds: i64| -> u32 {
                    let since = now.div_euclid(60) - seconds / 60;
                    log.iter().filter(|(t, p, _)| *p == priority && t.div_euclid(60) >= since).map(|(_, _, n)| n).sum()
                };
                // The unused part of the reserve; none if the priority already took more than its
                // reserve.
                let left = |reserve: &Reserve| {
                    let hourly = reserve.hourly.checked_sub(used(&log, reserve.priority, 3_600));
                    let minutely = reserve.minutely.checked_sub(used(&log, reserve.priority, 0));
                    hourly.zip(minutely).map(|(hourly, minutely)| hourly.min(minutely))
                };
                let higher_within_reserves = RESERVES.iter().filter(|other| other.priority < priority).all(|other| left(other).is_some());
                let own = left(&RESERVES[priority as usize]).filter(|_| higher_within_reserves).unwrap_or(0);
                let due = own.min(wanted);
                let count = granted(window.reserve(priority, wanted, None, at(now)));
                prop_assert!(count >= due, "{priority:?} is entitled to {due} but got {count}");
                prop_assert!(count <= wanted);
                log.push((now, priority, count));
                let hour: u32 = log.iter().filter(|(t, ..)| *t > now - 3_600).map(|(_, _, n)| n).sum();
                let minute: u32 =
                    log.iter().filter(|(t, ..)| t.div_euclid(60) == now.div_euclid(60)).map(|(_, _, n)| n).sum();
                prop_assert!(hour <= HOURLY_LIMIT && minute <= HOURLY_LIMIT / MINUTES_PART);
            }
        }
    }
}
