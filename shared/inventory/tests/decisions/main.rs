//! The pure decisions, compared with an independent model.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod attribution;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EventType, Kind, ProviderId, Resource, ResourceEvent, ResourceFacts, ResourceKey, RunId};
use inventory::sweep::plan::{CompleteList, ListCoverage, Rules, SweepAction, SweepPlan};
use inventory::upsert::{self, ObservationContext, UpsertDecision};
use proptest::prelude::*;
use store::IndexedResource;

const STRIKE_INTERVAL: TimeDelta = TimeDelta::seconds(450);

/// One moment of a history: the changes before a sweep.
#[derive(Debug, Clone)]
struct Moment {
    /// The time since the previous moment.
    after: TimeDelta,
    /// The resources that exist: by id, the version of their facts.
    exists: BTreeMap<u8, u8>,
    /// True if the list can be read.
    readable: bool,
}

fn moment() -> impl Strategy<Value = Moment> {
    let exists = prop::collection::btree_map(0u8..4, 0u8..3, 0..4);
    (prop_oneof![Just(30i64), Just(900)], exists, prop::bool::weighted(0.8)).prop_map(
        |(seconds, mut exists, readable)| {
            // One resource always exists, because a kind that vanishes completely is held by the
            // breaker, which other tests check.
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

/// Plans a sweep from one list of the whole kind.
fn plan(
    known: &BTreeMap<ProviderId, IndexedResource>,
    listed: &BTreeMap<ProviderId, String>,
    rules: &Rules<'_>,
) -> SweepPlan {
    inventory::sweep::plan::plan(known, [CompleteList::of_the_kind(listed.clone())], &ListCoverage::Whole, rules)
}

/// The records and events that the code under test produces, in memory.
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
        assert_eq!(
            write.before,
            self.rows.get(&id).map(|row| row.version),
            "the decision is based on the current record"
        );
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
            self.write(decision.expect("a planned step always leads to a write"));
        }
        self.last_complete_at = Some(at);
    }
}

/// The expected state of one resource: above all, how many times in a row, far enough apart, it was
/// missed.
#[derive(Debug, Default, Clone)]
struct ExpectedResource {
    alive: bool,
    ever: bool,
    facts: u8,
    misses: u32,
    last_miss: Option<DateTime<Utc>>,
    events: Vec<EventType>,
}

impl ExpectedResource {
    fn seen(&mut self, version: u8) {
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

    /// After any history of an account, the live records are the expected ones, each deletion comes
    /// after three complete misses, each return has an event, and there are no other events.
    #[test]
    fn the_events_agree_with_the_mirrored_state(history in prop::collection::vec(moment(), 1..24)) {
        let mut mirror = Mirror::default();
        let mut expected: BTreeMap<u8, ExpectedResource> = BTreeMap::new();
        let mut at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for moment in &history {
            at += moment.after;
            if !moment.readable {
                // A list that cannot be read leads to no decision.
                continue;
            }
            mirror.sweep(at, &moment.exists);
            let seen_before: BTreeSet<u8> = expected.keys().copied().collect();
            for (id, version) in &moment.exists {
                expected.entry(*id).or_default().seen(*version);
            }
            for id in seen_before.iter().filter(|id| !moment.exists.contains_key(*id)) {
                expected.get_mut(id).unwrap().missing(at);
            }
        }
        for (id, resource) in &expected {
            let row = &mirror.rows[id];
            prop_assert_eq!(row.is_live(), resource.alive, "{}: {:?}", id, resource);
            prop_assert_eq!(&row.facts, &facts(resource.facts));
            prop_assert_eq!(row.strikes.map_or(0, |strikes| strikes.count), resource.misses);
            let events: Vec<EventType> =
                mirror.events.iter().filter(|event| event.key == key(*id)).map(|event| event.event_type).collect();
            prop_assert_eq!(&events, &resource.events);
        }
        prop_assert_eq!(mirror.rows.len(), expected.len());
    }

    /// A second plan on the result of a sweep is empty, so a duplicate message changes nothing.
    #[test]
    fn a_repeated_sweep_changes_nothing(first in moment(), second in moment()) {
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
    fn more_than_a_fifth_and_at_least_five_deletions_are_held_and_so_are_all_of_several() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for (total, due, deleted, held) in CASES {
            let known = known(total, due, 2, at);
            let listed = known.iter().skip(due).map(|(id, entry)| (id.clone(), entry.fingerprint.clone())).collect();
            let at = at + TimeDelta::minutes(15);
            let rules = Rules { at, strike_interval: STRIKE_INTERVAL, hold: None, confirmation: None, can_probe: true };
            let plan = plan(&known, &listed, &rules);
            let count = |action| plan.steps.iter().filter(|step| step.action == action).count();
            assert_eq!((count(SweepAction::Delete), plan.held), (deleted, held), "{due} of {total}");
            assert_eq!(count(SweepAction::Strike), held as usize, "held resources get their third strike");
        }
    }

    #[test]
    fn held_deletions_stay_held_whatever_else_happens() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let rules = Rules {
            at: at + TimeDelta::minutes(15),
            strike_interval: STRIKE_INTERVAL,
            hold: None,
            confirmation: None,
            can_probe: true,
        };
        // Two of six held resources returned, or so many were discovered that four are no longer a
        // fifth.
        for (total, held) in [(7, 4), (1_000, 4)] {
            let known = known(total, held, 3, at);
            let listed = known.iter().skip(held).map(|(id, entry)| (id.clone(), entry.fingerprint.clone())).collect();
            let plan = plan(&known, &listed, &rules);
            assert_eq!((plan.steps.len(), plan.held as usize), (0, held), "{held} of {total}");
        }
    }

    #[test]
    fn later_discoveries_do_not_make_a_loss_smaller() {
        // With a token of another account, all ten of this account's resources are missing and
        // sixty others are listed.
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
    fn a_confirmation_covers_its_hold_and_only_earlier_third_strikes() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let hold = Hold { id: RunId::new("hold").unwrap(), since: at, count: 6 };
        let cases = [("hold", 60, 6), ("hold", -60, 0), ("another", 60, 0)];
        for (hold_id, confirmed_after, deleted) in cases {
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
            assert_eq!(count, deleted, "{hold_id} {confirmed_after}");
        }
    }
}
