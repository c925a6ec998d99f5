//! What of a token's requests is reserved, by whom: the pure decision on who may have how many more.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Who asks DigitalOcean. The earlier ones never wait for the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Undoing what a saga did.
    Compensation,
    /// Doing it.
    Provisioning,
    /// Balances and invoices.
    Billing,
    /// The quick look at droplets.
    Fast,
    /// The full sweeps.
    Full,
    /// The rounds over many parents, with a request or more for each: thousands, in no hurry.
    ParentScans,
}

impl Priority {
    /// Every priority, the highest first.
    pub const ALL: [Self; 6] =
        [Self::Compensation, Self::Provisioning, Self::Billing, Self::Fast, Self::Full, Self::ParentScans];

    /// Requests that are kept for it in an hour, of a token with the usual limit.
    #[must_use]
    pub fn reserved_hourly(self) -> u32 {
        RESERVES[self as usize].hourly
    }

    /// Requests that are kept for it in a minute, of a token with the usual limit.
    #[must_use]
    pub fn reserved_minutely(self) -> u32 {
        RESERVES[self as usize].minutely
    }

    /// What it may have in an hour and in a minute where the higher ones use no more than what is kept for them.
    #[must_use]
    pub fn max_available(self) -> (u32, u32) {
        let higher = || RESERVES.iter().filter(|reserve| reserve.priority < self);
        let hourly: u32 = higher().map(|reserve| reserve.hourly).sum();
        let minutely: u32 = higher().map(|reserve| reserve.minutely).sum();
        (HOURLY_LIMIT - hourly, HOURLY_LIMIT / MINUTES_PART - minutely)
    }
}

/// What is kept for a priority while it has not used it.
struct Reserve {
    priority: Priority,
    /// Requests in an hour.
    hourly: u32,
    /// Requests in a minute.
    minutely: u32,
}

/// In the order of the priorities. A saga of some steps takes a few dozen requests; a day's invoices a few hundred; the quick look, every
/// minute, a page for 200 droplets, so that an account of 3,000 needs no token of its own for it; the full sweeps of 50,000 resources under a
/// thousand an hour. What is left, 1,100 an hour and 60 a minute, anybody may have.
const RESERVES: [Reserve; 6] = [
    Reserve { priority: Priority::Compensation, hourly: 600, minutely: 40 },
    Reserve { priority: Priority::Provisioning, hourly: 700, minutely: 40 },
    Reserve { priority: Priority::Billing, hourly: 500, minutely: 30 },
    Reserve { priority: Priority::Fast, hourly: 1_100, minutely: 20 },
    Reserve { priority: Priority::Full, hourly: 1_000, minutely: 60 },
    Reserve { priority: Priority::ParentScans, hourly: 0, minutely: 0 },
];

/// What a token may ask for in an hour unless DigitalOcean says otherwise.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit>
const HOURLY_LIMIT: u32 = 5_000;
/// A minute may take one part in so many of an hour's.
const MINUTES_PART: u32 = 20;
/// How far back a minute's requests count: a whole hour after its last second.
const WINDOW_MINUTES: i64 = 60;
/// How long DigitalOcean's own word on what remains is held against what we reckon: requests expire all the time.
const OBSERVATION_HOLDS: TimeDelta = TimeDelta::minutes(5);

/// What DigitalOcean said of the token's hourly limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedRateLimit {
    /// Requests allowed in an hour.
    pub limit: Option<u32>,
    /// Requests left, whoever used the others.
    pub remaining: Option<u32>,
    /// When it said so.
    pub at: DateTime<Utc>,
}

/// How asking for requests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// So many may be made, within the next minutes; at least one.
    Granted(u32),
    /// None may be made before this time.
    Wait(DateTime<Utc>),
}

/// What was reserved of one token's requests in the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct QuotaWindow {
    /// Counts the writes.
    pub(crate) version: u64,
    /// By minute, oldest first.
    slots: Vec<Slot>,
    /// DigitalOcean's last word, and what was reserved since.
    #[serde(default)]
    observed: Option<ObservedRateLimit>,
    #[serde(default)]
    reserved_since: u32,
}

/// What was reserved in one minute, by priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Slot {
    /// Minutes since 1970.
    minute: i64,
    used: [u32; RESERVES.len()],
}

impl QuotaWindow {
    /// Reserves up to `wanted` requests, or says when to ask again.
    pub(crate) fn reserve(
        &mut self,
        priority: Priority,
        wanted: u32,
        observed: Option<ObservedRateLimit>,
        now: DateTime<Utc>,
    ) -> Reservation {
        self.observe(observed);
        // Another's clock may be ahead: its last minute is then the present one.
        let minute = self.slots.last().map_or(i64::MIN, |slot| slot.minute).max(minute_of(now));
        self.slots.retain(|slot| slot.minute >= minute - WINDOW_MINUTES);
        let room = self.available(priority, minute, now);
        if room == 0 {
            return Reservation::Wait(self.next_available(priority, minute, now));
        }
        let granted = wanted.clamp(1, room);
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

    /// How many requests a priority may have in this minute.
    fn available(&self, priority: Priority, minute: i64, now: DateTime<Utc>) -> u32 {
        let limit = self.limit();
        let this_hour = self.used_from(minute - WINDOW_MINUTES);
        let this_minute = self.used_from(minute);
        let kept = |used: &[u32; RESERVES.len()], share: fn(&Reserve) -> u32| -> u32 {
            let higher = RESERVES.iter().filter(|reserve| reserve.priority < priority);
            higher.map(|reserve| share(reserve).saturating_sub(used[reserve.priority as usize])).sum()
        };
        let hourly_kept = scaled(kept(&this_hour, |reserve| reserve.hourly), limit);
        let minutely_kept = scaled(kept(&this_minute, |reserve| reserve.minutely), limit);
        let hourly = limit.saturating_sub(total(&this_hour)).saturating_sub(hourly_kept);
        let minutely = (limit / MINUTES_PART).saturating_sub(total(&this_minute)).saturating_sub(minutely_kept);
        let remaining = self.remaining(now).map_or(u32::MAX, |remaining| remaining.saturating_sub(hourly_kept));
        hourly.min(minutely).min(remaining)
    }

    /// What DigitalOcean's last word leaves, while it holds.
    fn remaining(&self, now: DateTime<Utc>) -> Option<u32> {
        let observed = self.observed.filter(|observed| now < observed.at + OBSERVATION_HOLDS)?;
        Some(observed.remaining?.saturating_sub(self.reserved_since))
    }

    /// The first minute in which there is room, if nobody else takes it.
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

/// A reserve where the limit is another than the usual.
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

    /// Greedy sweeps for hours take what is nobody's, no more, and go on as it comes free.
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
        assert!(taken.iter().sum::<u32>() > 2 * Priority::Full.max_available().0, "it goes on");
    }

    /// A round over the backups of 3,000 droplets takes all that it is given, on the only token of the account. Whoever is above it asks
    /// every minute for a part of what is kept for it, and never waits; a full sweep that begins amid all that is done within minutes.
    #[test]
    fn a_parent_scan_of_thousands_of_requests_starves_no_other_priority() {
        let mut window = QuotaWindow::default();
        let (mut of_the_round, mut of_a_sweep) = (3_000, 0);
        let mut minute = 0;
        while of_the_round > 0 {
            let mut ask = |priority, wanted| granted(window.reserve(priority, wanted, None, at(minute * 60)));
            // Whenever it can, before anybody else.
            while of_the_round > 0 {
                match ask(Priority::ParentScans, of_the_round.min(64)) {
                    0 => break,
                    count => of_the_round -= count,
                }
            }
            for priority in [Priority::Compensation, Priority::Provisioning, Priority::Billing, Priority::Fast] {
                // A request counts until an hour after the end of its minute.
                let wanted = priority.reserved_hourly() / 61;
                assert_eq!(ask(priority, wanted), wanted, "{priority:?} in minute {minute}");
            }
            if minute % 15 == 0 {
                of_a_sweep = Priority::Full.reserved_hourly() / 5;
            }
            of_a_sweep -= ask(Priority::Full, of_a_sweep.max(1)).min(of_a_sweep);
            assert!(of_a_sweep == 0 || minute % 15 < 4, "{of_a_sweep} left of a sweep in minute {minute}");
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
        // Something else uses the token: what is left is for those with a reserve.
        assert!(matches!(window.reserve(Priority::Full, 4, observed(2_000, 0), at(1)), Reservation::Wait(_)));
        assert_eq!(window.reserve(Priority::Compensation, 4, None, at(1)), Reservation::Granted(4));
        let Reservation::Wait(until) = window.reserve(Priority::Full, 4, None, at(2)) else { panic!("granted") };
        assert!(until <= at(6 * 60), "{until}");
        assert_eq!(window.reserve(Priority::Full, 4, None, until), Reservation::Granted(4));
        // A smaller limit is kept, in all its parts.
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

        /// Whoever asks for what, when: the limits hold, and nobody's reserve is given away.
        #[test]
        fn limits_hold_and_reserves_are_kept(asked in requests()) {
            let mut window = QuotaWindow::default();
            let mut now = 0;
            let mut log: Vec<(i64, Priority, u32)> = Vec::new();
            for (priority, wanted, seconds) in asked {
                now += seconds;
                let used = |log: &[(i64, Priority, u32)], priority: Priority, seconds: i64| -> u32 {
                    let since = now.div_euclid(60) - seconds / 60;
                    log.iter().filter(|(t, p, _)| *p == priority && t.div_euclid(60) >= since).map(|(_, _, n)| n).sum()
                };
                // What its reserve still holds, unless a higher one took more than its own.
                let left = |reserve: &Reserve| {
                    let hourly = reserve.hourly.checked_sub(used(&log, reserve.priority, 3_600));
                    let minutely = reserve.minutely.checked_sub(used(&log, reserve.priority, 0));
                    hourly.zip(minutely).map(|(hourly, minutely)| hourly.min(minutely))
                };
                let modest = RESERVES.iter().filter(|other| other.priority < priority).all(|other| left(other).is_some());
                let own = left(&RESERVES[priority as usize]).filter(|_| modest).unwrap_or(0);
                let due = own.min(wanted);
                let count = granted(window.reserve(priority, wanted, None, at(now)));
                prop_assert!(count >= due, "{priority:?} has a right to {due}, got {count}");
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
