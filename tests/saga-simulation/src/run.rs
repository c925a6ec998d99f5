//! One simulated run: workers, wake-ups, the reconciler and the operator, until nothing is left to
//! do.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::example::Approval;
use super::fake_digitalocean::FakeDigitalOcean;
use super::fault_injecting_ports::{FaultInjectingPorts, Simulation};
use super::mutants::Build;
use super::rng::Rng;
use super::scenario::Scenario;
use super::simulation::{FaultPlan, ScheduledWakeUp, SimulationState, WorkerState};
use sagas::Timing;
use sagas::calls::{Record, RecordFields};
use sagas::engine::operator::OperatorCommand;
use sagas::ports::StartResult;
use sagas::record::{Idempotency, Phase, SagaId, SagaStatus, StuckReason};
use sagas::step::Steps;
use sagas::steps::STEPS;
use sagas::{CommandOutcome, Ports, WorkerSession, apply_command, drive_by, reconcile};

type Work = Pin<Box<dyn Future<Output = usize> + Send>>;

/// More polls than any run takes: a run that reaches this number does not end.
const MAX_POLLS: usize = 60_000;

pub(super) fn begins_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

/// A simulated run, also called a history.
pub(super) struct Run {
    pub(super) simulation: Simulation,
    work: Vec<Option<Work>>,
    pub(super) sagas: Vec<SagaId>,
    pub(super) before: Vec<String>,
    approval: Option<Approval>,
    decided: BTreeSet<SagaId>,
    repairs: usize,
    reconciled_at: DateTime<Utc>,
    pub(super) woken: usize,
    pub(super) delivered: usize,
    /// The order in which workers are polled: always the first ready one (`None`), or a random one.
    order: Option<Rng>,
    most_workers: usize,
    build: Build,
}

impl Run {
    /// Starts the sagas of the scenarios at the same time, in one account with the records of all.
    pub(super) fn of(scenarios: &[Scenario], fault_plan: FaultPlan, order: Option<Rng>, most_workers: usize) -> Self {
        let now = begins_at();
        let mut records: Vec<RecordFields> = Vec::new();
        for scenario in scenarios {
            let known = records.clone();
            records.extend(scenario.records.iter().filter(|record| !known.contains(record)).cloned());
        }
        let mut digitalocean = FakeDigitalOcean::demo(&records, now);
        let before = digitalocean.dump(now);
        let targets = scenarios.iter().flat_map(Scenario::targets).collect();
        let mut sim = SimulationState::new(digitalocean, now, fault_plan, targets);
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
            assert_eq!(sim.table.start(&scenario.start(id, now).under(key), now), StartResult::New);
            sim.wake_ups.push(ScheduledWakeUp { at: now, saga: id, phase: Phase::Forward });
            sagas.push(id);
        }
        Self {
            simulation: Simulation::new(sim),
            work: Vec::new(),
            sagas,
            before,
            approval: scenarios.iter().find_map(|scenario| scenario.approval),
            decided: BTreeSet::new(),
            repairs: 0,
            reconciled_at: now,
            woken: 0,
            delivered: 0,
            order,
            most_workers,
            build: Build::SOUND,
        }
    }

    /// Returns the same run with another build of the engine.
    pub(super) fn on(self, build: Build) -> Self {
        self.simulation.lock().build = build;
        Self { build, ..self }
    }

    /// Runs the simulation until nothing is left to do.
    pub(super) fn run(mut self) -> Self {
        for _ in 0..MAX_POLLS {
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
        self.simulation.lock().violations.push("I9: the run does not end".to_owned());
        self
    }

    fn deliver(&mut self) {
        let (due, malformed) = {
            let mut sim = self.simulation.lock();
            let now = sim.now;
            let free_workers = self.most_workers.saturating_sub(self.running_workers(&sim));
            let mut due = Vec::new();
            sim.wake_ups.retain(|wake_up| {
                let take = wake_up.at <= now && due.len() < free_workers;
                if take {
                    due.push(wake_up.clone());
                }
                !take
            });
            (due, std::mem::take(&mut sim.malformed))
        };
        for _ in 0..malformed {
            self.spawn_worker(&ScheduledWakeUp {
                at: begins_at(),
                saga: SagaId::from(Uuid::nil()),
                phase: Phase::Forward,
            });
        }
        for wake_up in due {
            self.delivered += 1;
            self.spawn_worker(&wake_up);
        }
    }

    fn running_workers(&self, sim: &SimulationState) -> usize {
        let works = |index: &usize| self.work[*index].is_some() && sim.workers[*index].frozen_until.is_none();
        (0..self.work.len()).filter(works).count()
    }

    fn register_worker(&mut self, state: WorkerState) -> FaultInjectingPorts {
        let mut sim = self.simulation.lock();
        sim.workers.push(state);
        FaultInjectingPorts { simulation: self.simulation.clone(), worker: sim.workers.len() - 1 }
    }

    fn spawn_worker(&mut self, wake_up: &ScheduledWakeUp) {
        let ScheduledWakeUp { saga, phase, .. } = *wake_up;
        let (skew, now, other_build) = {
            let sim = self.simulation.lock();
            let skew = if sim.workers.len().is_multiple_of(2) { sim.skew } else { TimeDelta::zero() };
            (skew, sim.now, sim.other_build_until.is_some_and(|until| sim.now < until))
        };
        let worker_ports = self.register_worker(WorkerState { skew, ..WorkerState::default() });
        let steps = if other_build { Steps(&[]) } else { STEPS };
        let decide = self.build.decide;
        self.work.push(Some(Box::pin(async move {
            let timing = Timing::default();
            let owner = format!("w{}", worker_ports.worker);
            let session = WorkerSession { owner: &owner, phase, until: now + skew + TimeDelta::seconds(60) };
            // After an error the message is delivered again in production; here the reconciler
            // schedules the next wake-up.
            let _ = drive_by(decide, &ports(&worker_ports, steps, &timing), &saga, &session).await;
            0
        })));
    }

    fn ready(&mut self) -> Vec<usize> {
        let mut sim = self.simulation.lock();
        let now = sim.now;
        for (index, state) in sim.workers.iter_mut().enumerate() {
            if state.crashed {
                self.work[index] = None;
            }
            if state.frozen_until.is_some_and(|until| until <= now) {
                state.frozen_until = None;
            }
        }
        (0..self.work.len())
            .filter(|index| self.work[*index].is_some() && sim.workers[*index].frozen_until.is_none())
            .collect()
    }

    fn poll(&mut self, index: usize) {
        let Some(work) = &mut self.work[index] else { return };
        let mut context = Context::from_waker(Waker::noop());
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(woken)) => {
                self.woken += woken;
                self.work[index] = None;
            }
            Err(panic) if panic.downcast_ref::<&str>() == Some(&"an injected panic") => self.work[index] = None,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// Advances the clock to the next event; returns false if there is none.
    fn pass_time(&mut self) -> bool {
        let (now, next, reconcile_at, operator_at) = {
            let sim = self.simulation.lock();
            let now = sim.now;
            let wake_ups = sim.wake_ups.iter().map(|wake_up| wake_up.at);
            let unfreezes = sim.workers.iter().filter_map(|state| state.frozen_until);
            let due = sim.table.records.values().filter_map(|record| record.scheduling.next_due).min();
            let reconcile_at = due.map(|due| self.minute_after(due + sim.timing.overdue + TimeDelta::seconds(1)));
            let operator_at = self.operator_at(&sim);
            (now, wake_ups.chain(unfreezes).chain(reconcile_at).chain(operator_at).min(), reconcile_at, operator_at)
        };
        let Some(next) = next else { return false };
        self.simulation.lock().now = next.max(now);
        if operator_at.is_some_and(|at| at <= next) {
            self.act_as_operator();
        } else if reconcile_at.is_some_and(|at| at <= next) {
            self.reconciled_at = next.max(now);
            self.reconcile();
        }
        true
    }

    /// Returns the first whole minute after a time at which the reconciler has not run yet.
    fn minute_after(&self, time: DateTime<Utc>) -> DateTime<Utc> {
        let minute = TimeDelta::minutes(1);
        let after = time.max(self.reconciled_at + TimeDelta::milliseconds(1));
        after.duration_round_up(minute).unwrap_or(after)
    }

    fn reconcile(&mut self) {
        let worker_ports = self.register_worker(WorkerState::default());
        self.work.push(Some(Box::pin(async move {
            let timing = Timing::default();
            reconcile(&worker_ports, &worker_ports, &worker_ports, &timing, 100)
                .await
                .map_or(0, |reconciled| reconciled.woken)
        })));
    }

    /// Returns when the operator acts next: at a gate a minute after it asks, and on a stuck saga
    /// once the faults have ended.
    fn operator_at(&self, sim: &SimulationState) -> Option<DateTime<Utc>> {
        let minute = TimeDelta::minutes(1);
        let asked = sim.table.records.values().filter_map(|record| {
            let waits = record.status() == SagaStatus::Waiting
                && record.state.progress.locked
                && !self.decided.contains(&record.metadata.id);
            (waits && self.approval.is_some()).then(|| record.state.updated_at + minute)
        });
        let stuck = sim.table.records.values().filter(|record| record.status() == SagaStatus::Stuck);
        let stuck = stuck.map(|record| (record.state.updated_at + minute).max(sim.faults_end));
        asked.chain(stuck).min()
    }

    fn act_as_operator(&mut self) {
        let records: Vec<_> = self.simulation.lock().table.records.values().cloned().collect();
        for record in records {
            let id = record.metadata.id;
            match (record.status(), &record.state.progress.stuck) {
                (SagaStatus::Waiting, _)
                    if record.state.progress.locked && self.approval.is_some() && self.decided.insert(id) =>
                {
                    let approved = self.approval == Some(Approval::Approve);
                    // The decision may be refused: it may be too late, or the saga may not be at a
                    // gate.
                    self.send_command(id, &OperatorCommand::ApprovalDecision { approved, reason: String::new() });
                }
                (SagaStatus::Stuck, Some(stuck)) => self.follow_runbook(id, stuck.reason, stuck.step),
                _ => {}
            }
        }
    }

    /// Follows the runbook of a stuck saga. The step's proof must pass afterwards; otherwise the
    /// test fails.
    fn follow_runbook(&mut self, saga: SagaId, reason: StuckReason, step: usize) {
        self.repairs += 1;
        if self.repairs > 6 {
            self.send_accepted_command(
                saga,
                &OperatorCommand::Close { reason: "the saga gets stuck repeatedly".to_owned() },
            );
            return;
        }
        if reason == StuckReason::NeedsDecision {
            if self.repairs == 1 && matches!(self.send_command(saga, &OperatorCommand::Resume), CommandOutcome::Done(_))
            {
                self.simulation
                    .lock()
                    .violations
                    .push("I15: the saga can be resumed although nothing was repaired".to_owned());
                return;
            }
            if self.simulation.lock().now.timestamp_millis() % 2 == 0 {
                self.send_accepted_command(saga, &OperatorCommand::Skip { step, reason: "keep the change".to_owned() });
                return;
            }
            self.restore_by_hand(saga, step);
        }
        self.send_accepted_command(saga, &OperatorCommand::Resume);
    }

    fn send_accepted_command(&mut self, saga: SagaId, command: &OperatorCommand) {
        match self.send_command(saga, command) {
            CommandOutcome::Done(_) => {}
            other => self.simulation.lock().violations.push(format!("I15: {command:?} was refused: {other:?}")),
        }
    }

    fn send_command(&mut self, saga: SagaId, command: &OperatorCommand) -> CommandOutcome {
        let worker_ports = self.register_worker(WorkerState { fault_free: true, ..WorkerState::default() });
        self.work.push(None);
        let timing = Timing::default();
        let tx = format!("operator {}", worker_ports.worker);
        run_to_completion(apply_command(&ports(&worker_ports, STEPS, &timing), &saga, command, "operator", &tx))
            .unwrap()
    }

    /// Restores a step's records from its pre-image, as an operator would do by hand.
    fn restore_by_hand(&mut self, saga: SagaId, step: usize) {
        let mut sim = self.simulation.lock();
        let Some(pre_image) = sim.table.pre_images.get(&(saga, step)) else { return };
        let found: Vec<Record> = serde_json::from_value(pre_image.content["records"].clone()).unwrap();
        let target = sim.targets.iter().next().cloned();
        let Some(super::simulation::Target::Records { zone, name, record_type }) = target else { return };
        let fresh = sim.digitalocean.id();
        let Some(records) = sim.digitalocean.zones.get_mut(&zone) else { return };
        let known: Vec<u64> = records.iter().map(|record| record.id).collect();
        records.retain(|record| record.fields.name != name || record.fields.record_type != record_type);
        for (index, record) in found.into_iter().enumerate() {
            let id = if known.contains(&record.id) { record.id } else { fresh * 100 + index as u64 };
            records.push(Record { id, fields: record.fields });
        }
    }
}

fn ports<'a>(worker_ports: &'a FaultInjectingPorts, steps: Steps, timing: &'a Timing) -> Ports<'a> {
    Ports {
        saga_store: worker_ports,
        provider: worker_ports,
        notifier: worker_ports,
        expectations: worker_ports,
        clock: worker_ports,
        steps,
        timing,
    }
}

/// Runs a future that never has to wait for another one.
pub(super) fn run_to_completion<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// Prints the ledgers of a run.
pub(super) fn print_ledgers(run: &Run) {
    for (saga, ledger) in &run.simulation.lock().table.ledgers {
        println!("{saga}");
        for entry in ledger {
            let step = entry.step.map(|step| step.to_string()).unwrap_or_default();
            println!(
                "  {} {} {:?} {step} {:?} {}",
                entry.rev,
                entry.at.format("%T"),
                entry.kind,
                entry.progress.status,
                entry.note
            );
            for state in entry.steps.values().filter(|_| entry.op_hash.is_some()) {
                println!("      {}", serde_json::to_string(&state.pending.as_ref().map(|p| &p.write)).unwrap());
            }
        }
    }
}
