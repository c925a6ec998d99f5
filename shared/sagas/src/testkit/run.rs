//! One history: workers, doorbells, the reconciler and the people who are called, until all is at rest.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::cloud::Cloud;
use super::example::Word;
use super::hands::{Hands, World};
use super::rng::Rng;
use super::scenario::Scenario;
use super::world::{Inner, Ringing, Trouble, WorkerState};
use crate::engine::operator::Verb;
use crate::people::{Heard, tell};
use crate::record::{Idempotency, SagaId, SagaStatus, StuckReason};
use crate::rim::{Lane, Record, RecordFields, Started};
use crate::steps::{STEPS, Steps};
use crate::timing::Timing;
use crate::{Rim, Turn, drive, reconcile};

type Work = Pin<Box<dyn Future<Output = usize> + Send>>;

/// More turns than any history takes: whoever takes so many does not end.
const MOST_TURNS: usize = 60_000;

pub(super) fn begins_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

/// One history.
pub(super) struct Run {
    pub(super) world: World,
    work: Vec<Option<Work>>,
    pub(super) sagas: Vec<SagaId>,
    pub(super) before: Vec<String>,
    word: Option<Word>,
    spoken: BTreeSet<SagaId>,
    mended: usize,
    reconciled_at: DateTime<Utc>,
    pub(super) rung: usize,
    pub(super) delivered: usize,
    /// Who is next: the first, or any.
    order: Option<Rng>,
    most_workers: usize,
}

impl Run {
    /// Sagas started at once, in the world of the first.
    pub(super) fn of(scenarios: &[Scenario], trouble: Trouble, order: Option<Rng>, most_workers: usize) -> Self {
        let now = begins_at();
        let mut records: Vec<RecordFields> = Vec::new();
        for scenario in scenarios {
            let known = records.clone();
            records.extend(scenario.records.iter().filter(|record| !known.contains(record)).cloned());
        }
        let mut cloud = Cloud::demo(&records, now);
        let before = cloud.dump(now);
        let targets = scenarios.iter().flat_map(Scenario::targets).collect();
        let mut inner = Inner::new(cloud, now, trouble, targets);
        let mut sagas = Vec::new();
        for (index, scenario) in scenarios.iter().enumerate() {
            let id = SagaId::from(Uuid::from_u128(
                0x5a6a_0000_0000_4000_8000_0000_0000_0000 + (1 << 96) * (index as u128 + 1),
            ));
            let key = Idempotency {
                scope: "admin".to_owned(),
                key: format!("key {index}"),
                body_hash: scenario.name.clone(),
                expires_at: now + TimeDelta::days(7),
            };
            assert_eq!(inner.table.start(&scenario.start(id, now).under(key), now), Started::New);
            inner.bells.push(Ringing { at: now, saga: id, lane: Lane::Execute });
            sagas.push(id);
        }
        Self {
            world: World::new(inner),
            work: Vec::new(),
            sagas,
            before,
            word: scenarios.iter().find_map(|scenario| scenario.word),
            spoken: BTreeSet::new(),
            mended: 0,
            reconciled_at: now,
            rung: 0,
            delivered: 0,
            order,
            most_workers,
        }
    }

    /// Runs until nothing is left to happen.
    pub(super) fn run(mut self) -> Self {
        for _ in 0..MOST_TURNS {
            self.deliver();
            let ready = self.ready();
            if ready.is_empty() {
                if !self.pass_time() {
                    return self;
                }
                continue;
            }
            let next = match &mut self.order {
                Some(rng) => *rng.pick(&ready),
                None => ready[0],
            };
            self.poll(next);
        }
        self.world.lock().violations.push("I9: it does not end".to_owned());
        self
    }

    fn deliver(&mut self) {
        let (due, garbage) = {
            let mut inner = self.world.lock();
            let now = inner.now;
            let room = self.most_workers.saturating_sub(self.alive(&inner));
            let mut due = Vec::new();
            inner.bells.retain(|ringing| {
                let take = ringing.at <= now && due.len() < room;
                if take {
                    due.push(ringing.clone());
                }
                !take
            });
            (due, std::mem::take(&mut inner.garbage))
        };
        for _ in 0..garbage {
            self.employ(&Ringing { at: begins_at(), saga: SagaId::from(Uuid::nil()), lane: Lane::Execute });
        }
        for ringing in due {
            self.delivered += 1;
            self.employ(&ringing);
        }
    }

    fn alive(&self, inner: &Inner) -> usize {
        let works = |index: &usize| self.work[*index].is_some() && inner.workers[*index].frozen_until.is_none();
        (0..self.work.len()).filter(works).count()
    }

    fn hire(&mut self, state: WorkerState) -> Hands {
        let mut inner = self.world.lock();
        inner.workers.push(state);
        Hands { world: self.world.clone(), worker: inner.workers.len() - 1 }
    }

    fn employ(&mut self, ringing: &Ringing) {
        let Ringing { saga, lane, .. } = *ringing;
        let (skew, now, other_build) = {
            let inner = self.world.lock();
            let skew = if inner.workers.len().is_multiple_of(2) { inner.skew } else { TimeDelta::zero() };
            (skew, inner.now, inner.other_build_until.is_some_and(|until| inner.now < until))
        };
        let hands = self.hire(WorkerState { skew, ..WorkerState::default() });
        let steps = if other_build { Steps(&[]) } else { STEPS };
        self.work.push(Some(Box::pin(async move {
            let timing = Timing::default();
            let owner = format!("w{}", hands.worker);
            let turn = Turn { owner: &owner, lane, until: now + skew + TimeDelta::seconds(60) };
            // An error leaves the message where it is; the reconciler rings as well.
            let _ = drive(&rim(&hands, steps, &timing), &saga, &turn).await;
            0
        })));
    }

    fn ready(&mut self) -> Vec<usize> {
        let mut inner = self.world.lock();
        let now = inner.now;
        for (index, state) in inner.workers.iter_mut().enumerate() {
            if state.dead {
                self.work[index] = None;
            }
            if state.frozen_until.is_some_and(|until| until <= now) {
                state.frozen_until = None;
            }
        }
        (0..self.work.len())
            .filter(|index| self.work[*index].is_some() && inner.workers[*index].frozen_until.is_none())
            .collect()
    }

    fn poll(&mut self, index: usize) {
        let Some(work) = &mut self.work[index] else { return };
        let mut context = Context::from_waker(Waker::noop());
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(rung)) => {
                self.rung += rung;
                self.work[index] = None;
            }
            Err(panic) if panic.downcast_ref::<&str>() == Some(&"a panic of the harness") => self.work[index] = None,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// Goes to when something happens next; false if nothing ever does.
    fn pass_time(&mut self) -> bool {
        let (now, next, reconcile_at, people_at) = {
            let inner = self.world.lock();
            let now = inner.now;
            let bells = inner.bells.iter().map(|ringing| ringing.at);
            let thaws = inner.workers.iter().filter_map(|state| state.frozen_until);
            let due = inner.table.heads.values().filter_map(|head| head.drive.next_due).min();
            let reconcile_at = due.map(|due| self.minute_after(due + inner.timing.overdue + TimeDelta::seconds(1)));
            let people_at = self.people_at(&inner);
            (now, bells.chain(thaws).chain(reconcile_at).chain(people_at).min(), reconcile_at, people_at)
        };
        let Some(next) = next else { return false };
        self.world.lock().now = next.max(now);
        if people_at.is_some_and(|at| at <= next) {
            self.people();
        } else if reconcile_at.is_some_and(|at| at <= next) {
            self.reconciled_at = next.max(now);
            self.reconcile();
        }
        true
    }

    /// The first whole minute after a time at which the reconciler did not run yet.
    fn minute_after(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        let minute = TimeDelta::minutes(1);
        let after = time.max(self.reconciled_at + TimeDelta::milliseconds(1));
        after.duration_round_up(minute).unwrap_or(after)
    }

    fn reconcile(&mut self) {
        let hands = self.hire(WorkerState::default());
        self.work.push(Some(Box::pin(async move {
            let timing = Timing::default();
            reconcile(&hands, &hands, &hands, &timing, 100).await.map_or(0, |reconciled| reconciled.rung)
        })));
    }

    /// When people have something to do: at a gate a minute after it asks, for a saga that is stuck once the faults have ended.
    fn people_at(&self, inner: &Inner) -> Option<DateTime<Utc>> {
        let minute = TimeDelta::minutes(1);
        let asked = inner.table.heads.values().filter_map(|head| {
            let waits =
                head.status() == SagaStatus::Waiting && head.state.core.locked && !self.spoken.contains(&head.about.id);
            (waits && self.word.is_some()).then(|| head.state.updated_at + minute)
        });
        let stuck = inner.table.heads.values().filter(|head| head.status() == SagaStatus::Stuck);
        let stuck = stuck.map(|head| (head.state.updated_at + minute).max(inner.faults_end));
        asked.chain(stuck).min()
    }

    fn people(&mut self) {
        let heads: Vec<_> = self.world.lock().table.heads.values().cloned().collect();
        for head in heads {
            let id = head.about.id;
            match (head.status(), &head.state.core.stuck) {
                (SagaStatus::Waiting, _) if head.state.core.locked && self.word.is_some() && self.spoken.insert(id) => {
                    let approved = self.word == Some(Word::Approve);
                    // Who comes too late, or to what is no gate, is told so.
                    self.say(id, &Verb::Judge { approved, reason: String::new() });
                }
                (SagaStatus::Stuck, Some(stuck)) => self.help(id, stuck.reason, stuck.step),
                _ => {}
            }
        }
    }

    /// What the runbook says. The proof passes after it, or the harness goes red.
    fn help(&mut self, saga: SagaId, reason: StuckReason, step: usize) {
        self.mended += 1;
        if self.mended > 6 {
            self.must(saga, &Verb::Close { reason: "it is stuck again and again".to_owned() });
            return;
        }
        if reason == StuckReason::NeedsDecision {
            if self.mended == 1 && matches!(self.say(saga, &Verb::Resume), Heard::Done(_)) {
                self.world.lock().violations.push("I15: it resumes although nothing was mended".to_owned());
                return;
            }
            if self.world.lock().now.timestamp_millis() % 2 == 0 {
                self.must(saga, &Verb::Skip { step, reason: "keep it".to_owned() });
                return;
            }
            self.put_back(saga, step);
        }
        self.must(saga, &Verb::Resume);
    }

    fn must(&mut self, saga: SagaId, verb: &Verb) {
        match self.say(saga, verb) {
            Heard::Done(_) => {}
            other => self.world.lock().violations.push(format!("I15: {verb:?} was not heard: {other:?}")),
        }
    }

    fn say(&mut self, saga: SagaId, verb: &Verb) -> Heard {
        let hands = self.hire(WorkerState { lucky: true, ..WorkerState::default() });
        self.work.push(None);
        let timing = Timing::default();
        let tx = format!("person {}", hands.worker);
        at_once(tell(&rim(&hands, STEPS, &timing), &saga, verb, "operator", &tx)).unwrap()
    }

    /// Puts a step's records back as they were found, by hand.
    fn put_back(&mut self, saga: SagaId, step: usize) {
        let mut inner = self.world.lock();
        let Some(pre) = inner.table.pres.get(&(saga, step)) else { return };
        let found: Vec<Record> = serde_json::from_value(pre.stash["records"].clone()).unwrap();
        let target = inner.targets.iter().next().cloned();
        let Some(super::world::Target::Records { zone, name, record_type }) = target else { return };
        let fresh = inner.cloud.id();
        let Some(records) = inner.cloud.zones.get_mut(&zone) else { return };
        let known: Vec<u64> = records.iter().map(|record| record.id).collect();
        records.retain(|record| record.fields.name != name || record.fields.record_type != record_type);
        for (index, record) in found.into_iter().enumerate() {
            let id = if known.contains(&record.id) { record.id } else { fresh * 100 + index as u64 };
            records.push(Record { id, fields: record.fields });
        }
    }
}

fn rim<'a>(hands: &'a Hands, steps: Steps, timing: &'a Timing) -> Rim<'a> {
    Rim { journal: hands, provider: hands, bell: hands, expectations: hands, clock: hands, steps, timing }
}

/// Runs what waits for nobody.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// Shows the ledgers of a history.
pub(super) fn show(run: &Run) {
    for (saga, ledger) in &run.world.lock().table.ledgers {
        println!("{saga}");
        for entry in ledger {
            let step = entry.step.map(|step| step.to_string()).unwrap_or_default();
            println!(
                "  {} {} {:?} {step} {:?} {}",
                entry.rev,
                entry.at.format("%T"),
                entry.kind,
                entry.core.status,
                entry.note
            );
            for state in entry.steps.values().filter(|_| entry.op_hash.is_some()) {
                println!("      {}", serde_json::to_string(&state.pending.as_ref().map(|p| &p.write)).unwrap());
            }
        }
    }
}
