//! The pure decisions, against an oracle written apart from them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod attribution;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EventType, Kind, ProviderId, Resource, ResourceEvent, ResourceFacts, ResourceKey, RunId};
use inventory::sweep::plan::{Rules, SweepAction, plan};
use inventory::upsert::{self, ObservationContext, UpsertDecision};
use proptest::prelude::*;
use store::IndexedResource;

const STRIKE_INTERVAL: TimeDelta = TimeDelta::seconds(450);

/// What one sweep of a history meets.
#[derive(Debug, Clone)]
struct Moment {
    /// How long after the one before.
    after: TimeDelta,
    /// What exists, by id, and which version of its facts.
    exists: BTreeMap<u8, u8>,
    /// Whether the list can be read.
    readable: bool,
}

fn moment() -> impl Strategy<Value = Moment> {
    let exists = prop::collection::btree_map(0u8..4, 0u8..3, 0..4);
    (prop_oneof![Just(30i64), Just(900)], exists, prop::bool::weighted(0.8)).prop_map(
        |(seconds, mut exists, readable)| {
            // One that is always there: a kind that vanishes whole is the breaker's business, not the story's.
            exists.insert(9, 0);
            Moment { after: TimeDelta::seconds(seconds), exists, readable }
        },
    )
}

fn key(id: u8) -> ResourceKey {
    ResourceKey {
        account: AccountId::new("demo").unwrap(),
        kind: Kind::from_static("droplet"),
        provider_id: ProviderId::new(id.to_string()).unwrap(),
    }
}

fn facts(version: u8) -> ResourceFacts {
    ResourceFacts {
        name: format!("web-{version}"),
        region: None,
        status: None,
        tags: Vec::new(),
        price_monthly: None,
        created_at: Some(DateTime::UNIX_EPOCH),
        parent: None,
        attrs: serde_json::Map::new(),
    }
}

/// The rows and events as the code under test leaves them, in memory.
#[derive(Default)]
struct Mirror {
    rows: BTreeMap<u8, Resource>,
    events: Vec<ResourceEvent>,
    last_complete_at: Option<DateTime<Utc>>,
}

impl Mirror {
    fn write(&mut self, decision: UpsertDecision) {
        let write = decision.write;
        let id: u8 = write.row.key.provider_id.as_str().parse().unwrap();
        assert_eq!(write.before, self.rows.get(&id).map(|row| row.version), "decided on the row as it is");
        assert!(write.events.iter().all(|event| event.version > write.before.unwrap_or(0)), "events are new");
        assert!(write.events.iter().all(|event| event.version <= write.row.version));
        self.rows.insert(id, write.row);
        self.events.extend(write.events);
    }

    fn sweep(&mut self, at: DateTime<Utc>, exists: &BTreeMap<u8, u8>) {
        let run = RunId::new("run").unwrap();
        let context = ObservationContext { at, run: &run, state_fields: &["name"], expected: &[] };
        let known = self.rows.values().filter(|row| row.is_live()).map(|row| {
            let known = IndexedResource {
                fingerprint: row.fingerprint.clone(),
                version: row.version,
                incarnation: row.incarnation,
                strikes: row.strikes,
                last_seen_at: row.last_seen_at,
                ..IndexedResource::default()
            };
            (row.key.provider_id.clone(), known)
        });
        let listed = exists.iter().map(|(id, version)| (key(*id).provider_id, facts(*version).fingerprint()));
        let rules = Rules { at, strike_interval: STRIKE_INTERVAL, hold: None, confirmation: None, can_probe: true };
        for step in plan(&known.collect(), &listed.collect(), &rules).steps {
            let id: u8 = step.id.as_str().parse().unwrap();
            let row = self.rows.get(&id);
            let decision = match step.action {
                SweepAction::Discover | SweepAction::Update | SweepAction::Return => {
                    upsert::seen(row, &key(id), &facts(exists[&id]), context)
                }
                SweepAction::Strike => upsert::missed(row.unwrap(), STRIKE_INTERVAL, self.last_complete_at, at),
                SweepAction::Delete => upsert::gone(row.unwrap(), context),
            };
            self.write(decision.expect("a planned step has something to write"));
        }
        self.last_complete_at = Some(at);
    }
}

/// What should be known of one id, told in plain words: how many times in a row, far enough apart, it was missed.
#[derive(Debug, Default, Clone)]
struct Story {
    alive: bool,
    ever: bool,
    facts: u8,
    misses: u32,
    last_miss: Option<DateTime<Utc>>,
    events: Vec<EventType>,
}

impl Story {
    fn there(&mut self, version: u8) {
        match (self.ever, self.alive) {
            (false, _) => self.events.push(EventType::Discovered),
            (true, false) => self.events.push(EventType::Restored),
            (true, true) if self.facts != version => self.events.push(EventType::Updated),
            (true, true) => {}
        }
        *self =
            Self { alive: true, ever: true, facts: version, misses: 0, last_miss: None, events: self.events.clone() };
    }

    fn missing(&mut self, at: DateTime<Utc>) {
        if !self.alive || self.last_miss.is_some_and(|last| at - last < STRIKE_INTERVAL) {
            return;
        }
        self.misses += 1;
        self.last_miss = Some(at);
        if self.misses == 3 {
            self.alive = false;
            self.events.push(EventType::Deleted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// For any history of an account: the live rows are what the story says, each death comes after three complete misses, each return is
    /// told, and nothing else is.
    #[test]
    fn the_events_fold_to_the_mirrored_state(history in prop::collection::vec(moment(), 1..24)) {
        let mut mirror = Mirror::default();
        let mut stories: BTreeMap<u8, Story> = BTreeMap::new();
        let mut at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for moment in &history {
            at += moment.after;
            if !moment.readable {
                // A list that cannot be read reaches no decision at all.
                continue;
            }
            mirror.sweep(at, &moment.exists);
            let seen_before: BTreeSet<u8> = stories.keys().copied().collect();
            for (id, version) in &moment.exists {
                stories.entry(*id).or_default().there(*version);
            }
            for id in seen_before.iter().filter(|id| !moment.exists.contains_key(*id)) {
                stories.get_mut(id).unwrap().missing(at);
            }
        }
        for (id, story) in &stories {
            let row = &mirror.rows[id];
            prop_assert_eq!(row.is_live(), story.alive, "{}: {:?}", id, story);
            prop_assert_eq!(&row.facts, &facts(story.facts));
            prop_assert_eq!(row.strikes.map_or(0, |strikes| strikes.count), story.misses);
            let events: Vec<EventType> =
                mirror.events.iter().filter(|event| event.key == key(*id)).map(|event| event.event_type).collect();
            prop_assert_eq!(&events, &story.events);
        }
        prop_assert_eq!(mirror.rows.len(), stories.len());
    }

    /// Planning again on what a sweep left plans nothing: a duplicate message changes nothing.
    #[test]
    fn a_sweep_again_has_nothing_to_do(first in moment(), second in moment()) {
        let mut mirror = Mirror::default();
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        mirror.sweep(at, &first.exists);
        mirror.sweep(at + second.after, &second.exists);
        let (rows, events) = (mirror.rows.clone(), mirror.events.len());
        mirror.sweep(at + second.after, &second.exists);
        prop_assert_eq!(mirror.rows, rows);
        prop_assert_eq!(mirror.events.len(), events);
    }
}

mod breaker {
    use super::*;
    use domain::{Hold, HoldConfirmation, Strikes};

    fn entry(last_seen_at: DateTime<Utc>) -> IndexedResource {
        IndexedResource {
            fingerprint: "same".to_owned(),
            version: 1,
            incarnation: 1,
            last_seen_at,
            ..IndexedResource::default()
        }
    }

    fn known(total: usize, struck: usize, count: u32, at: DateTime<Utc>) -> BTreeMap<ProviderId, IndexedResource> {
        (0..total)
            .map(|n| {
                let strikes = (n < struck).then_some(Strikes { count, last_at: at });
                let known = IndexedResource { strikes, ..entry(at) };
                (ProviderId::new(format!("{n:04}")).unwrap(), known)
            })
            .collect()
    }

    /// (known, due for their third strike, deletions planned, deletions held).
    const CASES: [(usize, usize, usize, u32); 8] = [
        (1, 1, 1, 0),
        (2, 2, 0, 2),
        (5, 4, 4, 0),
        (5, 5, 0, 5),
        (25, 5, 5, 0),
        (24, 5, 0, 5),
        (1000, 200, 200, 0),
        (1000, 201, 0, 201),
    ];

    #[test]
    fn more_than_a_fifth_and_at_least_five_are_held_and_all_of_several() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for (total, due, buried, held) in CASES {
            let known = known(total, due, 2, at);
            let listed = known.iter().skip(due).map(|(id, entry)| (id.clone(), entry.fingerprint.clone())).collect();
            let at = at + TimeDelta::minutes(15);
            let rules = Rules { at, strike_interval: STRIKE_INTERVAL, hold: None, confirmation: None, can_probe: true };
            let plan = plan(&known, &listed, &rules);
            let count = |action| plan.steps.iter().filter(|step| step.action == action).count();
            assert_eq!((count(SweepAction::Delete), plan.held), (buried, held), "{due} of {total}");
            assert_eq!(count(SweepAction::Strike), held as usize, "what is held takes its third strike");
        }
    }

    #[test]
    fn what_is_held_stays_held_whatever_else_happens() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let rules = Rules {
            at: at + TimeDelta::minutes(15),
            strike_interval: STRIKE_INTERVAL,
            hold: None,
            confirmation: None,
            can_probe: true,
        };
        // Two of six held came back, or so much was discovered that four are no longer a fifth.
        for (total, held) in [(7, 4), (1_000, 4)] {
            let known = known(total, held, 3, at);
            let listed = known.iter().skip(held).map(|(id, entry)| (id.clone(), entry.fingerprint.clone())).collect();
            let plan = plan(&known, &listed, &rules);
            assert_eq!((plan.steps.len(), plan.held as usize), (0, held), "{held} of {total}");
        }
    }

    #[test]
    fn what_was_discovered_since_makes_a_loss_no_smaller() {
        // A token of another account: all ten of ours are missing, sixty of others are listed.
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut known = known(10, 10, 2, at);
        for n in 0..60 {
            let last_seen_at = at + TimeDelta::seconds(1);
            let entry = self::entry(last_seen_at);
            known.insert(ProviderId::new(format!("foreign-{n}")).unwrap(), entry);
        }
        let listed = known
            .iter()
            .filter(|(_, e)| e.strikes.is_none())
            .map(|(id, e)| (id.clone(), e.fingerprint.clone()))
            .collect();
        let rules = Rules {
            at: at + TimeDelta::minutes(15),
            strike_interval: STRIKE_INTERVAL,
            hold: None,
            confirmation: None,
            can_probe: true,
        };
        assert_eq!(plan(&known, &listed, &rules).held, 10);
    }

    #[test]
    fn a_confirmation_covers_what_was_struck_out_by_then_and_no_other_hold() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let hold = Hold { id: RunId::new("hold").unwrap(), since: at, count: 6 };
        let cases = [("hold", 60, 6), ("hold", -60, 0), ("another", 60, 0)];
        for (hold_id, confirmed_after, buried) in cases {
            let confirmation = HoldConfirmation {
                hold_id: RunId::new(hold_id).unwrap(),
                at: at + TimeDelta::seconds(confirmed_after),
            };
            let rules = Rules {
                at: at + TimeDelta::minutes(15),
                strike_interval: STRIKE_INTERVAL,
                hold: Some(&hold),
                confirmation: Some(&confirmation),
                can_probe: true,
            };
            let plan = plan(&known(10, 6, 3, at), &BTreeMap::new(), &rules);
            let count = plan.steps.iter().filter(|step| step.action == SweepAction::Delete).count();
            assert_eq!(count, buried, "{hold_id} {confirmed_after}");
        }
    }
}
