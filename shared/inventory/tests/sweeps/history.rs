//! Random histories of an account under random faults, compared with an independent model that does
//! not use the plans: which droplets exist, how often each was missed, and which events are
//! expected.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean_sim::{AccountSeed, CutPoint, Droplet, Effect, Fault, LimitKind, Seed, Token};
use domain::{EventType, Resource, RunId};
use embedded_table::CrashPoint;
use inventory::SweepOutcome;
use proptest::prelude::*;

use crate::crash::expire_lease;
use crate::environment::{ACCOUNT, TestEnvironment};
use crate::fold::replay;
use crate::strikes::confirm_if_held;

/// Two droplets that always exist, because a kind that vanishes completely is held by the breaker.
const PERMANENT: [u64; 2] = [900, 901];
/// The ids of the droplets that may exist.
const IDS: std::ops::Range<u64> = 1..9;
/// The number of simultaneous third strikes that are held.
const MASS_DELETION: usize = 5;

/// A possible state of a droplet: the day of its creation, and one of the [`VARIANTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DropletState {
    created_day: u8,
    variant: usize,
}

/// The variants of a droplet: (name, status, tag).
const VARIANTS: [(&str, &str, Option<&str>); 4] =
    [("web", "active", None), ("web", "off", None), ("web", "active", Some("prod")), ("renamed", "active", None)];

impl DropletState {
    fn droplet(self, id: u64) -> Droplet {
        let (name, status, tag) = VARIANTS[self.variant];
        let created_day = DateTime::UNIX_EPOCH + TimeDelta::days(19_000 + i64::from(self.created_day));
        let droplet = Droplet::named(name).id(id).status(status).created_at(created_day);
        tag.map_or(droplet.clone(), |tag| droplet.tag(tag))
    }

    /// Returns the event that is expected when one variant follows another.
    fn expected_event(self, before: Self) -> Option<EventType> {
        let ((name, status, tag), (old_name, old_status, old_tag)) = (VARIANTS[self.variant], VARIANTS[before.variant]);
        match (name == old_name, status == old_status, tag == old_tag) {
            (true, true, true) => None,
            (true, true, false) => Some(EventType::Tagged),
            (true, false, _) => Some(EventType::Updated),
            (false, _, _) => Some(EventType::DriftDetected),
        }
    }
}

/// The fault that a sweep meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FaultMode {
    NoFault,
    /// The list shows the account as it was at the moment before.
    StaleList,
    /// The list can be read, but requests for a single droplet fail.
    ProbesFail,
    Unavailable,
    Forbidden,
    RateLimited,
    Truncated,
    CutOff,
    ErrorBody,
}

impl FaultMode {
    fn fault(self) -> Option<Fault> {
        let everything = |effect| Some(Fault::on("/v2/droplets*", effect));
        match self {
            Self::NoFault => None,
            Self::StaleList => Some(Fault::on("/v2/droplets", Effect::StaleReads { seconds: None })),
            Self::ProbesFail => Some(Fault::on("/v2/droplets/*", Effect::status(503))),
            Self::Unavailable => everything(Effect::status(503)),
            Self::Forbidden => everything(Effect::status(403)),
            Self::RateLimited => everything(Effect::rate_limit(LimitKind::Hourly)),
            Self::Truncated => everything(Effect::TruncatedJson),
            Self::CutOff => everything(Effect::Cut { at: CutPoint::MidBody }),
            Self::ErrorBody => everything(Effect::error_body()),
        }
    }

    fn is_readable(self) -> bool {
        matches!(self, Self::NoFault | Self::StaleList | Self::ProbesFail)
    }
}

/// One sweep, and the changes before it.
#[derive(Debug, Clone)]
struct Moment {
    /// The time since the previous moment.
    after: TimeDelta,
    exists: BTreeMap<u64, DropletState>,
    fault_mode: FaultMode,
    /// The process crashes at this write, and the message is delivered again.
    crash_point: Option<CrashPoint>,
    /// An operator confirms the hold, if there is one.
    confirm: bool,
}

fn droplet_state() -> impl Strategy<Value = DropletState> {
    let created_day = prop_oneof![9 => Just(0u8), 1 => Just(1u8)];
    (created_day, 0..VARIANTS.len()).prop_map(|(created_day, variant)| DropletState { created_day, variant })
}

/// Generates moments with up to `most` of the droplets and the given faults.
fn moment(most: u64, fault_mode: impl Strategy<Value = FaultMode>) -> impl Strategy<Value = Moment> {
    let ids = IDS.start..IDS.start + most;
    let exists = prop::collection::btree_map(ids, droplet_state(), 0..=usize::try_from(most).unwrap());
    let crash_point = prop_oneof![
        6 => Just(None),
        1 => (1usize..6).prop_map(|write| Some(CrashPoint::Before(write))),
        1 => (1usize..6).prop_map(|write| Some(CrashPoint::After(write))),
    ];
    let after = prop_oneof![1 => Just(30i64), 4 => Just(900)].prop_map(TimeDelta::seconds);
    (after, exists, fault_mode, crash_point, prop::bool::weighted(0.2)).prop_map(
        |(after, mut exists, fault_mode, crash_point, confirm)| {
            exists.extend(PERMANENT.map(|id| (id, DropletState { created_day: 0, variant: 0 })));
            Moment { after, exists, fault_mode, crash_point, confirm }
        },
    )
}

fn any_fault_mode() -> impl Strategy<Value = FaultMode> {
    prop_oneof![
        10 => Just(FaultMode::NoFault),
        3 => Just(FaultMode::StaleList),
        2 => Just(FaultMode::ProbesFail),
        1 => prop::sample::select(vec![
            FaultMode::Unavailable, FaultMode::Forbidden, FaultMode::RateLimited, FaultMode::Truncated, FaultMode::CutOff, FaultMode::ErrorBody,
        ]),
    ]
}

/// The expected state of one droplet. The number of strikes is a range if a list left out a droplet
/// that exists: whether that counts depends on what else was missing, but it never deletes the
/// droplet.
#[derive(Debug, Clone, Default)]
struct ExpectedDroplet {
    state: Option<DropletState>,
    alive: bool,
    missed: (u32, u32),
    last_miss: Option<DateTime<Utc>>,
    events: Vec<EventType>,
}

impl ExpectedDroplet {
    fn seen(&mut self, now: DropletState) {
        match self.state {
            Some(before) if before.created_day == now.created_day => match self.alive {
                true => self.events.extend(now.expected_event(before)),
                false => self.events.push(EventType::Restored),
            },
            Some(_) if self.alive => self.events.extend([EventType::Deleted, EventType::Discovered]),
            _ => self.events.push(EventType::Discovered),
        }
        *self = Self { state: Some(now), alive: true, events: std::mem::take(&mut self.events), ..Self::default() };
    }

    fn strike_may_count(&self, at: DateTime<Utc>, interval: TimeDelta) -> bool {
        self.alive && self.last_miss.is_none_or(|last| at - last >= interval)
    }

    /// Records that the droplet is not listed and does not exist.
    fn missing(&mut self, at: DateTime<Utc>, interval: TimeDelta) {
        if self.strike_may_count(at, interval) && self.missed.0 < 3 {
            self.missed = (self.missed.0 + 1, (self.missed.1 + 1).min(3));
            self.last_miss = Some(at);
        }
    }

    /// Records that the droplet is not listed although it exists.
    fn left_out(&mut self, at: DateTime<Utc>, interval: TimeDelta) {
        if self.strike_may_count(at, interval) {
            self.missed = (0, (self.missed.1 + 1).min(2));
            self.last_miss = Some(at);
        }
    }

    fn delete(&mut self) {
        self.alive = false;
        self.events.push(EventType::Deleted);
    }
}

/// The account, the mirror and the expected states.
struct Scenario {
    environment: TestEnvironment,
    exists: BTreeMap<u64, DropletState>,
    expected: BTreeMap<u64, ExpectedDroplet>,
    runs: u32,
}

impl Scenario {
    async fn begin() -> Self {
        let account = AccountSeed::new("dop_v1_test").token("sync", Token::new("dop_v1_sync_test"));
        let environment = TestEnvironment::new(Seed::empty().with_account(ACCOUNT, account)).await;
        Self { environment, exists: BTreeMap::new(), expected: BTreeMap::new(), runs: 0 }
    }

    /// Changes the account to the given droplets.
    fn change(&mut self, exists: &BTreeMap<u64, DropletState>) {
        let account = self.environment.demo_account();
        for (id, before) in &self.exists {
            if exists.get(id) != Some(before) {
                account.remove_droplet(*id);
            }
        }
        for (id, state) in exists {
            if self.exists.get(id) != Some(state) {
                account.add_droplet(state.droplet(*id));
            }
        }
        self.exists.clone_from(exists);
    }

    /// Runs a sweep. If the process crashes, its message is delivered again once its lease has
    /// expired.
    async fn sweep(&mut self, crash_point: Option<CrashPoint>) {
        self.runs += 1;
        let run = RunId::new(format!("run-{}", self.runs)).unwrap();
        if let Some(crash_point) = crash_point {
            let (table, requests) = self.environment.embedded.another_process();
            requests.crash_at(crash_point);
            let outcome = self.environment.run("droplets", &table, &run).await;
            if !requests.has_crashed() {
                outcome.unwrap();
                return;
            }
        }
        if self.environment.run("droplets", self.environment.table(), &run).await.unwrap() == SweepOutcome::Busy {
            expire_lease(&self.environment, "droplets").await;
            let outcome = self.environment.run("droplets", self.environment.table(), &run).await.unwrap();
            assert!(matches!(outcome, SweepOutcome::Swept(..)), "{outcome:?}");
        }
    }

    /// Applies one moment to the account and the mirror. Returns the list's content, if the list
    /// could be read.
    async fn live(&mut self, moment: &Moment) -> Option<BTreeMap<u64, DropletState>> {
        self.environment.clock.advance(moment.after);
        let before = self.exists.clone();
        // A stale list shows the account as it was when the fault was set.
        moment.fault_mode.fault().map(|fault| self.environment.sim.faults().add(fault));
        self.change(&moment.exists);
        self.sweep(moment.crash_point).await;
        self.environment.sim.faults().clear();
        let listed = if moment.fault_mode == FaultMode::StaleList { before } else { self.exists.clone() };
        moment.fault_mode.is_readable().then_some(listed)
    }

    async fn row(&self, id: u64) -> Option<Resource> {
        self.environment.table().resource(&self.environment.key("droplet", id)).await.unwrap()
    }

    /// Checks that the records agree with the expected states, and that a replay of the events
    /// gives the same records.
    async fn compare(&self) -> Result<(), TestCaseError> {
        for (id, droplet) in &self.expected {
            let row = self.row(*id).await.unwrap();
            prop_assert_eq!(row.is_live(), droplet.alive, "{}: {:?}", id, droplet);
            let (least, most) = droplet.missed;
            let strikes = row.strikes.map_or(0, |strikes| strikes.count);
            prop_assert!((least..=most).contains(&strikes), "{}: {} strikes, {:?}", id, strikes, droplet);
            let state = droplet.state.unwrap();
            prop_assert_eq!(&row.facts.name, VARIANTS[state.variant].0);
            prop_assert_eq!(self.environment.events("droplet", id).await, droplet.events.clone(), "{}", id);
            let key = self.environment.key("droplet", id);
            let events =
                self.environment.table().reader(domain::Scope::Platform).events(&key, None, 1_000).await.unwrap();
            let replayed = replay(events.unwrap().items.into_iter().rev());
            prop_assert_eq!(replayed.facts, serde_json::to_value(&row.facts).unwrap(), "{}", id);
            prop_assert_eq!((replayed.live, replayed.incarnation), (row.is_live(), row.incarnation), "{}", id);
        }
        let live = self.expected.values().filter(|droplet| droplet.alive).count();
        prop_assert_eq!(self.environment.live("droplet").await, live);
        Ok(())
    }
}

/// Checks a history under any faults, with so few droplets that nothing looks like a mass deletion.
async fn under_any_faults(history: Vec<Moment>) -> Result<(), TestCaseError> {
    let mut scenario = Scenario::begin().await;
    let interval = scenario.environment.strike_interval;
    for moment in history {
        let Some(listed) = scenario.live(&moment).await else { continue };
        let at = scenario.environment.now();
        let known: Vec<u64> = scenario.expected.keys().copied().collect();
        for (id, state) in &listed {
            scenario.expected.entry(*id).or_default().seen(*state);
        }
        for id in known.into_iter().filter(|id| !listed.contains_key(id)) {
            let row = scenario.row(id).await.unwrap();
            let exists = scenario.exists.contains_key(&id);
            let droplet = scenario.expected.get_mut(&id).unwrap();
            match moment.fault_mode {
                // DigitalOcean does not say whether a missing droplet is gone, so the miss does not
                // count.
                FaultMode::ProbesFail => {}
                _ if exists => droplet.left_out(at, interval),
                _ => droplet.missing(at, interval),
            }
            // Where the number of strikes is not determined, the mirror's decision is accepted.
            if !exists && droplet.alive && (droplet.missed.0 == 3 || droplet.missed.1 == 3 && !row.is_live()) {
                droplet.delete();
                droplet.missed.0 = 3;
            }
        }
        scenario.compare().await?;
    }
    Ok(())
}

/// Checks a history with so many droplets that they may vanish together, and with an operator who
/// may confirm that.
async fn with_mass_disappearance(history: Vec<Moment>) -> Result<(), TestCaseError> {
    let mut scenario = Scenario::begin().await;
    let interval = scenario.environment.strike_interval;
    let mut confirmed_at = None;
    let mut is_held = false;
    for moment in history {
        if moment.confirm && is_held {
            confirm_if_held(&scenario.environment, "droplets").await;
            confirmed_at = Some(scenario.environment.now());
        }
        let Some(listed) = scenario.live(&moment).await else { continue };
        let at = scenario.environment.now();
        let known: Vec<u64> = scenario.expected.keys().copied().collect();
        for (id, state) in &listed {
            scenario.expected.entry(*id).or_default().seen(*state);
        }
        let (mut waiting, mut due) = (Vec::new(), Vec::new());
        for id in known.into_iter().filter(|id| !listed.contains_key(id)) {
            let droplet = scenario.expected.get_mut(&id).unwrap();
            if !droplet.alive {
                continue;
            }
            if droplet.missed.0 == 3 {
                match confirmed_at {
                    Some(confirmed_at) if droplet.last_miss.unwrap() <= confirmed_at => droplet.delete(),
                    _ => waiting.push(id),
                }
                continue;
            }
            droplet.missing(at, interval);
            if droplet.missed.0 == 3 {
                due.push(id);
            }
        }
        if waiting.len() + due.len() < MASS_DELETION {
            for id in due {
                scenario.expected.get_mut(&id).unwrap().delete();
            }
        } else {
            waiting.extend(due);
        }
        is_held = !waiting.is_empty();
        confirmed_at = confirmed_at.filter(|_| is_held);
        scenario.compare().await?;
    }
    Ok(())
}

/// The number of cases is small, so that every test run is quick; `PROPTEST_CASES` sets a higher
/// one.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20)
}

fn run(check: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(check)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// After any history, exactly the expected droplets are live, each deletion comes after three
    /// complete misses, each return has an event, and a replay of the events gives the records.
    #[test]
    fn replayed_events_give_the_mirrored_state_under_faults(history in prop::collection::vec(moment(4, any_fault_mode()), 1..14)) {
        run(under_any_faults(history))?;
    }

    /// The same where many droplets vanish at once: their deletion waits for a confirmation, and
    /// they return without one.
    #[test]
    fn a_mass_disappearance_is_held_until_confirmed_or_over(
        history in prop::collection::vec(moment(8, prop_oneof![5 => Just(FaultMode::NoFault), 1 => Just(FaultMode::Unavailable)]), 1..14)
    ) {
        run(with_mass_disappearance(history))?;
    }
}
