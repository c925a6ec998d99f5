//! The ports of a simulated worker. Each call passes through [`SimulationState`], where faults are
//! injected.

use std::future::poll_fn;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Clock, ExpectedChange};
use futures::future::BoxFuture;

use super::faults::{Call, Fault};
use super::simulation::SimulationState;
use sagas::calls::{ReadRequest, ReadResult, WriteRequest, WriteResult};
use sagas::ports::{
    CommitResult, DueSaga, Expectations, Fault as Answer, LeaseRequest, LeaseResult, Notifier, PreImage, Provider,
    Reschedule, SagaStore, SagaStoreError, StartResult, Transition, WriteContext,
};
use sagas::record::{LedgerEntry, Phase, SagaId, SagaRecord, Start};

/// The simulation, shared by all workers.
#[derive(Clone)]
pub(super) struct Simulation(Arc<Mutex<SimulationState>>);

impl Simulation {
    pub(super) fn new(sim: SimulationState) -> Self {
        Self(Arc::new(Mutex::new(sim)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, SimulationState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ports of one worker.
#[derive(Clone)]
pub(super) struct FaultInjectingPorts {
    pub(super) simulation: Simulation,
    pub(super) worker: usize,
}

impl std::fmt::Debug for FaultInjectingPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "worker {}", self.worker)
    }
}

/// Yields once, so that other workers can run.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn no_response() -> SagaStoreError {
    SagaStoreError("no response".into())
}

impl FaultInjectingPorts {
    /// Makes a call and injects the fault that the plan has for it.
    async fn call<T>(&self, call: Call, run: impl FnOnce(&mut SimulationState, Option<Fault>) -> T + Send) -> T {
        pause().await;
        let fault = self.simulation.lock().inject(self.worker, &call);
        match fault {
            Some(Fault::CrashesBefore) => self.crash().await,
            Some(Fault::FreezesBefore) => self.freeze().await,
            Some(Fault::Panics) => resume_unwind(Box::new("an injected panic")),
            _ => {}
        }
        let result = {
            let mut sim = self.simulation.lock();
            if let Some(fault) = fault.filter(|_| !matches!(call, Call::Read(_) | Call::Write(_))) {
                sim.apply_event(self.worker, fault);
            }
            let result = run(&mut sim, fault);
            if let Some(fault) = fault.filter(|_| matches!(call, Call::Read(_) | Call::Write(_))) {
                sim.apply_event(self.worker, fault);
            }
            result
        };
        match fault {
            Some(Fault::CrashesAfter) => self.crash().await,
            Some(Fault::FreezesAfter) => self.freeze().await,
            _ => {}
        }
        result
    }

    async fn crash(&self) {
        self.simulation.lock().workers[self.worker].crashed = true;
        std::future::pending::<()>().await;
    }

    async fn freeze(&self) {
        {
            let mut sim = self.simulation.lock();
            let until = sim.now + TimeDelta::seconds(200);
            sim.workers[self.worker].frozen_until = Some(until);
        }
        pause().await;
    }

    /// Makes a call to the table, whose response may be lost.
    async fn table<T>(
        &self,
        call: Call,
        run: impl FnOnce(&mut SimulationState) -> T + Send,
    ) -> Result<T, SagaStoreError> {
        let worker = self.worker;
        self.call(call, move |sim, fault| {
            if sim.is_table_down(worker, fault) {
                return Err(no_response());
            }
            let result = run(sim);
            match fault {
                Some(Fault::TableResponseLost) => Err(no_response()),
                Some(Fault::TableUnresponsive) => {
                    sim.workers[worker].drops_requests = 2;
                    Err(no_response())
                }
                _ => Ok(result),
            }
        })
        .await
    }
}

impl Clock for FaultInjectingPorts {
    fn now(&self) -> DateTime<Utc> {
        let sim = self.simulation.lock();
        sim.now + sim.workers[self.worker].skew
    }
}

impl SagaStore for FaultInjectingPorts {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>> {
        Box::pin(async move {
            let mut sim = self.simulation.lock();
            let now = sim.now;
            Ok(sim.table.start(start, now))
        })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>> {
        Box::pin(async move { Ok(self.simulation.lock().table.records.get(saga).cloned()) })
    }

    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>> {
        Box::pin(self.table(Call::PreImage, move |sim| sim.table.pre_images.get(&(*saga, step)).cloned()))
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>> {
        Box::pin(async move { Ok(self.simulation.lock().table.ledgers[saga].clone()) })
    }

    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>> {
        Box::pin(self.table(Call::Acquire, move |sim| sim.table.acquire(lease)))
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        let call = Call::Commit(transition.entry.kind, transition.entry.step);
        let worker = self.worker;
        Box::pin(self.table(call, move |sim| {
            if sim.build.sends_before_storing {
                sim.send_early(worker, transition);
            }
            let committed = if sim.build.checks_revisions {
                sim.table.commit(transition)
            } else {
                sim.table.commit_to_any_revision(transition)
            };
            if committed == CommitResult::Written {
                sim.committed(transition);
            }
            committed
        }))
    }

    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(self.table(Call::Reschedule, move |sim| sim.table.reschedule(reschedule)))
    }

    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>> {
        Box::pin(self.table(Call::Due, move |sim| sim.table.due(before, limit)))
    }
}

impl Provider for FaultInjectingPorts {
    fn read<'a>(&'a self, _: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Answer>> {
        let name = match read {
            ReadRequest::Records { .. } => "records",
            ReadRequest::Record { .. } => "record",
            ReadRequest::Droplet { .. } => "droplet",
            ReadRequest::DropletActions { .. } => "droplet actions",
            ReadRequest::Action { .. } => "action",
            ReadRequest::DropletSnapshots => "snapshots",
        };
        let worker = self.worker;
        Box::pin(self.call(Call::Read(name), move |sim, fault| sim.read(worker, read, fault)))
    }

    fn write<'a>(
        &'a self,
        _: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Answer>> {
        let name = match write {
            WriteRequest::CreateRecord { .. } => "create record",
            WriteRequest::UpdateRecord { .. } => "update record",
            WriteRequest::DeleteRecord { .. } => "delete record",
            WriteRequest::SnapshotDroplet { .. } => "snapshot droplet",
            WriteRequest::DeleteSnapshot { .. } => "delete snapshot",
        };
        let worker = self.worker;
        Box::pin(self.call(Call::Write(name), move |sim, fault| sim.write(worker, write, context, fault)))
    }
}

impl Notifier for FaultInjectingPorts {
    fn schedule_wake_up<'a>(&'a self, saga: &'a SagaId, phase: Phase, at: DateTime<Utc>, _: u64) -> BoxFuture<'a, ()> {
        Box::pin(self.call(Call::WakeUp, move |sim, fault| sim.schedule_wake_up(*saga, phase, at, fault)))
    }
}

impl Expectations for FaultInjectingPorts {
    fn expect<'a>(&'a self, change: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.simulation.lock().expected.insert(change.key.provider_id.to_string());
        })
    }
}
