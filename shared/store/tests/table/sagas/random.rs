//! Random calls get the same responses from the in-memory saga store and from the table.

use chrono::{DateTime, TimeDelta, Utc};
use embedded_table::EmbeddedTable;
use saga_simulation::InMemorySagaStore;
use sagas::ports::{LeaseRequest, PreImage, Reschedule, SagaStore, ScheduleChange, Transition};
use sagas::record::{LockCondition, Phase, SagaStatus, fold};
use serde_json::json;

use super::records::{change, id, key, lock, saga};
use crate::fixtures::at;

const SAGAS: u32 = 5;
const SEEDS: u64 = 12;
const CALLS: usize = 120;

/// A random number generator with reproducible seeds (`SplitMix64`).
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn number(&mut self, end: u32) -> u32 {
        u32::try_from(self.below(u64::from(end))).unwrap()
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// The two stores, and the last transition, which may be sent again.
struct Pair<'a> {
    in_memory: InMemorySagaStore,
    table: &'a dyn SagaStore,
    rng: Rng,
    now: DateTime<Utc>,
    last: Option<Transition>,
    trail: Vec<String>,
}

impl Pair<'_> {
    /// Makes one call on both stores.
    async fn call(&mut self, number: usize) {
        let seconds = i64::from(self.rng.number(40));
        self.now += TimeDelta::seconds(seconds);
        let chosen = self.rng.number(SAGAS);
        let in_memory: &dyn SagaStore = &self.in_memory;
        match self.rng.below(10) {
            0 | 1 => {
                let mut start = saga(chosen, Some("acme").filter(|_| chosen == 1), self.now);
                if let Some(known) = in_memory.load(&id(chosen)).await.unwrap() {
                    // Only the same start request may be repeated for a saga that exists.
                    start.record.metadata = known.metadata;
                }
                if self.rng.one_in(2) {
                    let body = if self.rng.one_in(2) { "a" } else { "b" };
                    let hours = i64::from(self.rng.number(2));
                    start = start.under(key(body, self.now + TimeDelta::minutes(1 + hours * 60)));
                }
                let answers = (in_memory.start(&start).await.unwrap(), self.table.start(&start).await.unwrap());
                self.same(format!("{number}: start {chosen} {:?} {:?}", start.idempotency, answers.0), answers);
            }
            2..=4 => {
                let phase = if self.rng.one_in(4) { Phase::Compensate } else { Phase::Forward };
                let until = self.now + TimeDelta::seconds(20 + i64::from(self.rng.number(60)));
                let owner = format!("w{number}");
                let skew = TimeDelta::seconds(20);
                let lease = LeaseRequest { saga: id(chosen), owner, phase, now: self.now, until, skew };
                let answers = (in_memory.acquire(&lease).await.unwrap(), self.table.acquire(&lease).await.unwrap());
                self.same(format!("{number}: acquire {chosen} {phase:?}"), answers);
            }
            5..=7 => {
                let again = self.last.clone().filter(|_| self.rng.one_in(6));
                let Some(transition) = (match again {
                    Some(again) => Some(again),
                    None => self.transition(chosen, number).await,
                }) else {
                    return;
                };
                let in_memory: &dyn SagaStore = &self.in_memory;
                let answers =
                    (in_memory.commit(&transition).await.unwrap(), self.table.commit(&transition).await.unwrap());
                self.last = Some(transition);
                self.same(format!("{number}: commit {chosen}"), answers);
            }
            8 => {
                let Some(record) = in_memory.load(&id(chosen)).await.unwrap() else { return };
                let fence = record.scheduling.fence + u64::from(self.rng.one_in(4));
                let rev = record.state.rev + u64::from(self.rng.one_in(4));
                let next_due = self.now + TimeDelta::milliseconds(i64::from(self.rng.number(60_000)));
                let (polls, denied) = (self.rng.number(9), self.rng.number(3));
                let reschedule = Reschedule { saga: id(chosen), fence, rev, next_due, polls, denied };
                let answers = (
                    in_memory.reschedule(&reschedule).await.unwrap(),
                    self.table.reschedule(&reschedule).await.unwrap(),
                );
                self.same(format!("{number}: reschedule {chosen}"), answers);
            }
            _ => {
                let before = self.now + TimeDelta::seconds(30);
                let limit = self.rng.number(SAGAS + 1) as usize;
                let answers =
                    (in_memory.due(before, limit).await.unwrap(), self.table.due(before, limit).await.unwrap());
                self.same(format!("{number}: due {limit}"), answers);
            }
        }
    }

    /// Every change has the time 7, so that a lock that it releases is past its cool-down or not,
    /// depending on the condition.
    fn free(&mut self) -> LockCondition {
        LockCondition::Free { released_before: at(if self.rng.one_in(3) { 6 } else { 7 }) }
    }

    /// Returns a transition whose conditions may or may not hold.
    async fn transition(&mut self, chosen: u32, number: usize) -> Option<Transition> {
        let in_memory: &dyn SagaStore = &self.in_memory;
        let record = in_memory.load(&id(chosen)).await.unwrap()?;
        use SagaStatus::{Pending, RolledBack, Running, Stuck, Unwinding, Waiting};
        let statuses = [Running, Waiting, Unwinding, Stuck, Running, Waiting, RolledBack];
        let status = if record.status().is_terminal() { record.status() } else { statuses[self.rng.below(7) as usize] };
        let at = self.now + TimeDelta::milliseconds(i64::from(self.rng.number(40_000)));
        let changes = [ScheduleChange::Keep, ScheduleChange::Park(at), ScheduleChange::Wake(at), ScheduleChange::Clear];
        let schedule = changes[self.rng.below(4) as usize];
        let mut transition = change(&record, &format!("t{number}"), status, schedule);
        match self.rng.below(12) {
            0 => transition.precondition.rev += 1,
            1 => transition.precondition.fence = Some(record.scheduling.fence + 1),
            2 => transition.precondition.status = if record.status() == Pending { Running } else { Pending },
            3 => transition.precondition.fence = None,
            _ => {}
        }
        if self.rng.one_in(5) {
            let step = usize::try_from(transition.entry.rev).unwrap();
            transition.pre_image = Some(PreImage { step, at, content: json!({ "number": number }) });
        }
        for name in ["a", "b", "c"] {
            match self.rng.below(8) {
                0 | 1 => transition.take.push((lock(name), self.free())),
                2 => transition.take.push((lock(name), LockCondition::Untouched)),
                3 | 4 => transition.release.push(lock(name)),
                5 => {
                    transition.take.push((lock(name), self.free()));
                    transition.release.push(lock(name));
                }
                _ => {}
            }
        }
        Some(transition)
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: String, (in_memory, table): (T, T)) {
        self.trail.push(what);
        assert_eq!(in_memory, table, "the in-memory store and the table differ after {:#?}", self.trail);
    }
}

#[tokio::test]
async fn the_table_answers_as_the_in_memory_store_does() {
    for seed in 0..SEEDS {
        let embedded = EmbeddedTable::start().await;
        let rng = Rng(seed);
        let trail = vec![format!("seed {seed}")];
        let mut pair = Pair {
            in_memory: InMemorySagaStore::default(),
            table: &embedded.table,
            rng,
            now: at(0),
            last: None,
            trail,
        };
        for number in 0..CALLS {
            pair.call(number).await;
        }
        for number in 0..SAGAS {
            let (in_memory, table): (&dyn SagaStore, &dyn SagaStore) = (&pair.in_memory, pair.table);
            let record = in_memory.load(&id(number)).await.unwrap();
            assert_eq!(record, table.load(&id(number)).await.unwrap(), "seed {seed}");
            let ledger = table.ledger(&id(number)).await.unwrap();
            assert_eq!(in_memory.ledger(&id(number)).await.unwrap(), ledger, "seed {seed}");
            if let Some(record) = record {
                assert_eq!(fold(&ledger).unwrap(), record.state, "seed {seed}");
            }
            for step in 0..CALLS {
                let pre_image = in_memory.pre_image(&id(number), step).await.unwrap();
                if pre_image.is_some() {
                    assert_eq!(pre_image, table.pre_image(&id(number), step).await.unwrap(), "seed {seed}");
                }
            }
        }
    }
}
