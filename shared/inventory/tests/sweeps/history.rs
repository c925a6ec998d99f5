//! Any history of an account, in any weather, told by an oracle that knows nothing of plans: who exists, who was missed how often, and what
//! was said of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean_sim::{AccountSeed, CutPoint, Droplet, Effect, Fault, LimitKind, Seed, Token};
use domain::{EventType, Resource, RunId};
use embedded_table::CrashPoint;
use inventory::SweepOutcome;
use proptest::prelude::*;

use crate::crash::expire_lease;
use crate::environment::{ACCOUNT, TestEnvironment};
use crate::fold::fold;
use crate::strikes::confirm_if_held;

/// Whatever is simulated, these are there: a kind that vanishes whole is the breaker's business.
const ALWAYS: [u64; 2] = [900, 901];
/// Which of the others there may be.
const IDS: std::ops::Range<u64> = 1..9;
/// As many third misses at once are held.
const MASS: usize = 5;

/// A droplet as it may be: when it was made, and which of its faces it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DropletState {
    born: u8,
    face: usize,
}

/// (name, status, tag).
const FACES: [(&str, &str, Option<&str>); 4] =
    [("web", "active", None), ("web", "off", None), ("web", "active", Some("prod")), ("renamed", "active", None)];

impl DropletState {
    fn droplet(self, id: u64) -> Droplet {
        let (name, status, tag) = FACES[self.face];
        let born = DateTime::UNIX_EPOCH + TimeDelta::days(19_000 + i64::from(self.born));
        let droplet = Droplet::named(name).id(id).status(status).created_at(born);
        tag.map_or(droplet.clone(), |tag| droplet.tag(tag))
    }

    /// What is said when one face follows another.
    fn expected_event(self, before: Self) -> Option<EventType> {
        let ((name, status, tag), (old_name, old_status, old_tag)) = (FACES[self.face], FACES[before.face]);
        match (name == old_name, status == old_status, tag == old_tag) {
            (true, true, true) => None,
            (true, true, false) => Some(EventType::Tagged),
            (true, false, _) => Some(EventType::Updated),
            (false, _, _) => Some(EventType::DriftDetected),
        }
    }
}

/// What a sweep meets besides the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FaultMode {
    Fair,
    /// The list shows the account as it was at the moment before.
    Lagging,
    /// The list can be read; asking for one droplet fails.
    Mute,
    Unavailable,
    Forbidden,
    Limited,
    Truncated,
    CutOff,
    ErrorBody,
}

impl FaultMode {
    fn fault(self) -> Option<Fault> {
        let everything = |effect| Some(Fault::on("/v2/droplets*", effect));
        match self {
            Self::Fair => None,
            Self::Lagging => Some(Fault::on("/v2/droplets", Effect::StaleReads { seconds: None })),
            Self::Mute => Some(Fault::on("/v2/droplets/*", Effect::status(503))),
            Self::Unavailable => everything(Effect::status(503)),
            Self::Forbidden => everything(Effect::status(403)),
            Self::Limited => everything(Effect::rate_limit(LimitKind::Hourly)),
            Self::Truncated => everything(Effect::TruncatedJson),
            Self::CutOff => everything(Effect::Cut { at: CutPoint::MidBody }),
            Self::ErrorBody => everything(Effect::error_body()),
        }
    }

    fn is_readable(self) -> bool {
        matches!(self, Self::Fair | Self::Lagging | Self::Mute)
    }
}

/// One sweep and what led up to it.
#[derive(Debug, Clone)]
struct Moment {
    /// Since the one before.
    after: TimeDelta,
    exists: BTreeMap<u64, DropletState>,
    fault_mode: FaultMode,
    /// The process dies at this write, and the message comes again.
    death: Option<CrashPoint>,
    /// An operator confirms what is held, if anything is.
    confirm: bool,
}

fn droplet_state() -> impl Strategy<Value = DropletState> {
    let born = prop_oneof![9 => Just(0u8), 1 => Just(1u8)];
    (born, 0..FACES.len()).prop_map(|(born, face)| DropletState { born, face })
}

/// Moments with up to `most` of the droplets, in such weather.
fn moment(most: u64, fault_mode: impl Strategy<Value = FaultMode>) -> impl Strategy<Value = Moment> {
    let ids = IDS.start..IDS.start + most;
    let exists = prop::collection::btree_map(ids, droplet_state(), 0..=usize::try_from(most).unwrap());
    let death = prop_oneof![
        6 => Just(None),
        1 => (1usize..6).prop_map(|write| Some(CrashPoint::Before(write))),
        1 => (1usize..6).prop_map(|write| Some(CrashPoint::After(write))),
    ];
    let after = prop_oneof![1 => Just(30i64), 4 => Just(900)].prop_map(TimeDelta::seconds);
    (after, exists, fault_mode, death, prop::bool::weighted(0.2)).prop_map(
        |(after, mut exists, fault_mode, death, confirm)| {
            exists.extend(ALWAYS.map(|id| (id, DropletState { born: 0, face: 0 })));
            Moment { after, exists, fault_mode, death, confirm }
        },
    )
}

fn any_fault_mode() -> impl Strategy<Value = FaultMode> {
    prop_oneof![
        10 => Just(FaultMode::Fair),
        3 => Just(FaultMode::Lagging),
        2 => Just(FaultMode::Mute),
        1 => prop::sample::select(vec![
            FaultMode::Unavailable, FaultMode::Forbidden, FaultMode::Limited, FaultMode::Truncated, FaultMode::CutOff, FaultMode::ErrorBody,
        ]),
    ]
}

/// What should be known of one droplet. How often it was missed is a range where a list left out what exists: whether that counts depends
/// on what else was missing; that it does not kill does not.
#[derive(Debug, Clone, Default)]
struct Story {
    shown: Option<DropletState>,
    alive: bool,
    missed: (u32, u32),
    last_miss: Option<DateTime<Utc>>,
    told: Vec<EventType>,
}

impl Story {
    fn seen(&mut self, now: DropletState) {
        match self.shown {
            Some(before) if before.born == now.born => match self.alive {
                true => self.told.extend(now.expected_event(before)),
                false => self.told.push(EventType::Restored),
            },
            Some(_) if self.alive => self.told.extend([EventType::Deleted, EventType::Discovered]),
            _ => self.told.push(EventType::Discovered),
        }
        *self = Self { shown: Some(now), alive: true, told: std::mem::take(&mut self.told), ..Self::default() };
    }

    fn may_count(&self, at: DateTime<Utc>, interval: TimeDelta) -> bool {
        self.alive && self.last_miss.is_none_or(|last| at - last >= interval)
    }

    /// Not listed, and it does not exist either.
    fn missing(&mut self, at: DateTime<Utc>, interval: TimeDelta) {
        if self.may_count(at, interval) && self.missed.0 < 3 {
            self.missed = (self.missed.0 + 1, (self.missed.1 + 1).min(3));
            self.last_miss = Some(at);
        }
    }

    /// Not listed, although it exists.
    fn overlooked(&mut self, at: DateTime<Utc>, interval: TimeDelta) {
        if self.may_count(at, interval) {
            self.missed = (0, (self.missed.1 + 1).min(2));
            self.last_miss = Some(at);
        }
    }

    fn delete(&mut self) {
        self.alive = false;
        self.told.push(EventType::Deleted);
    }
}

/// The account, the mirror and the stories of both.
struct Telling {
    environment: TestEnvironment,
    exists: BTreeMap<u64, DropletState>,
    stories: BTreeMap<u64, Story>,
    runs: u32,
}

impl Telling {
    async fn begin() -> Self {
        let account = AccountSeed::new("dop_v1_test").token("sync", Token::new("dop_v1_sync_test"));
        let environment = TestEnvironment::new(Seed::empty().with_account(ACCOUNT, account)).await;
        Self { environment, exists: BTreeMap::new(), stories: BTreeMap::new(), runs: 0 }
    }

    /// Changes the account to what now exists.
    fn change(&mut self, exists: &BTreeMap<u64, DropletState>) {
        let account = self.environment.demo_account();
        for (id, before) in &self.exists {
            if exists.get(id) != Some(before) {
                account.remove_droplet(*id);
            }
        }
        for (id, being) in exists {
            if self.exists.get(id) != Some(being) {
                account.add_droplet(being.droplet(*id));
            }
        }
        self.exists.clone_from(exists);
    }

    /// Sweeps; where the process dies, its message comes again once its lease has run out.
    async fn sweep(&mut self, death: Option<CrashPoint>) {
        self.runs += 1;
        let run = RunId::new(format!("run-{}", self.runs)).unwrap();
        if let Some(death) = death {
            let (table, requests) = self.environment.embedded.another_process();
            requests.crash_at(death);
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

    /// One moment, in the account and in the mirror; what the list showed, where it could be read.
    async fn live(&mut self, moment: &Moment) -> Option<BTreeMap<u64, DropletState>> {
        self.environment.clock.advance(moment.after);
        let before = self.exists.clone();
        // What lags shows what was there when it was set.
        moment.fault_mode.fault().map(|fault| self.environment.sim.faults().add(fault));
        self.change(&moment.exists);
        self.sweep(moment.death).await;
        self.environment.sim.faults().clear();
        let listed = if moment.fault_mode == FaultMode::Lagging { before } else { self.exists.clone() };
        moment.fault_mode.is_readable().then_some(listed)
    }

    async fn row(&self, id: u64) -> Option<Resource> {
        self.environment.table().resource(&self.environment.key("droplet", id)).await.unwrap()
    }

    /// The rows are what the stories say, and the events alone make the same rows.
    async fn compare(&self) -> Result<(), TestCaseError> {
        for (id, story) in &self.stories {
            let row = self.row(*id).await.unwrap();
            prop_assert_eq!(row.is_live(), story.alive, "{}: {:?}", id, story);
            let (least, most) = story.missed;
            let strikes = row.strikes.map_or(0, |strikes| strikes.count);
            prop_assert!((least..=most).contains(&strikes), "{}: {} strikes, {:?}", id, strikes, story);
            let shown = story.shown.unwrap();
            prop_assert_eq!(&row.facts.name, FACES[shown.face].0);
            prop_assert_eq!(self.environment.events("droplet", id).await, story.told.clone(), "{}", id);
            let key = self.environment.key("droplet", id);
            let events =
                self.environment.table().reader(domain::Scope::Platform).events(&key, None, 1_000).await.unwrap();
            let told = fold(events.unwrap().events.into_iter().rev());
            prop_assert_eq!(told.facts, serde_json::to_value(&row.facts).unwrap(), "{}", id);
            prop_assert_eq!((told.live, told.incarnation), (row.is_live(), row.incarnation), "{}", id);
        }
        let live = self.stories.values().filter(|story| story.alive).count();
        prop_assert_eq!(self.environment.live("droplet").await, live);
        Ok(())
    }
}

/// In any weather, with few enough that nothing looks like a mass disappearance.
async fn under_any_faults(history: Vec<Moment>) -> Result<(), TestCaseError> {
    let mut telling = Telling::begin().await;
    let interval = telling.environment.strike_interval;
    for moment in history {
        let Some(listed) = telling.live(&moment).await else { continue };
        let at = telling.environment.now();
        let known: Vec<u64> = telling.stories.keys().copied().collect();
        for (id, being) in &listed {
            telling.stories.entry(*id).or_default().seen(*being);
        }
        for id in known.into_iter().filter(|id| !listed.contains_key(id)) {
            let row = telling.row(id).await.unwrap();
            let exists = telling.exists.contains_key(&id);
            let story = telling.stories.get_mut(&id).unwrap();
            match moment.fault_mode {
                // DigitalOcean does not say whether what is missing is gone: nothing counts.
                FaultMode::Mute => {}
                _ if exists => story.overlooked(at, interval),
                _ => story.missing(at, interval),
            }
            // Where the misses do not decide, the mirror does.
            if !exists && story.alive && (story.missed.0 == 3 || story.missed.1 == 3 && !row.is_live()) {
                story.delete();
                story.missed.0 = 3;
            }
        }
        telling.compare().await?;
    }
    Ok(())
}

/// With so many that they may vanish together, and an operator who says that this is so, or does not.
async fn with_mass_disappearance(history: Vec<Moment>) -> Result<(), TestCaseError> {
    let mut telling = Telling::begin().await;
    let interval = telling.environment.strike_interval;
    let mut confirmed_at = None;
    let mut something_waits = false;
    for moment in history {
        if moment.confirm && something_waits {
            confirm_if_held(&telling.environment, "droplets").await;
            confirmed_at = Some(telling.environment.now());
        }
        let Some(listed) = telling.live(&moment).await else { continue };
        let at = telling.environment.now();
        let known: Vec<u64> = telling.stories.keys().copied().collect();
        for (id, being) in &listed {
            telling.stories.entry(*id).or_default().seen(*being);
        }
        let (mut waiting, mut due) = (Vec::new(), Vec::new());
        for id in known.into_iter().filter(|id| !listed.contains_key(id)) {
            let story = telling.stories.get_mut(&id).unwrap();
            if !story.alive {
                continue;
            }
            if story.missed.0 == 3 {
                match confirmed_at {
                    Some(confirmed_at) if story.last_miss.unwrap() <= confirmed_at => story.delete(),
                    _ => waiting.push(id),
                }
                continue;
            }
            story.missing(at, interval);
            if story.missed.0 == 3 {
                due.push(id);
            }
        }
        if waiting.len() + due.len() < MASS {
            for id in due {
                telling.stories.get_mut(&id).unwrap().delete();
            }
        } else {
            waiting.extend(due);
        }
        something_waits = !waiting.is_empty();
        confirmed_at = confirmed_at.filter(|_| something_waits);
        telling.compare().await?;
    }
    Ok(())
}

/// Few enough for every run of all tests; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20)
}

fn run(story: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(story)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Replaying the sweeps gives just the live set, each death after three complete misses, each return told, and folding the events
    /// gives the rows.
    #[test]
    fn the_events_fold_to_the_mirrored_state_under_faults(history in prop::collection::vec(moment(4, any_fault_mode()), 1..14)) {
        run(under_any_faults(history))?;
    }

    /// The same where many vanish at once: they wait for a word, and come back without one.
    #[test]
    fn a_mass_disappearance_is_held_until_confirmed_or_over(
        history in prop::collection::vec(moment(8, prop_oneof![5 => Just(FaultMode::Fair), 1 => Just(FaultMode::Unavailable)]), 1..14)
    ) {
        run(with_mass_disappearance(history))?;
    }
}
