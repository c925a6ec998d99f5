//! A worker's hands: its calls on the world, where things go wrong.

use std::future::poll_fn;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Clock, ExpectedChange};
use futures::future::BoxFuture;

use super::faults::{Call, Fault};
use super::world::Inner;
use crate::record::{Entry, Head, SagaId, Start};
use crate::rim::{
    Acquired, Bell, Committed, Due, Expectations, Fault as Answer, Found, Journal, JournalError, Lane, Lease, Made,
    PreImage, Provider, Read, Stamp, Started, Tick, Transition, Write,
};

/// The world, shared by all workers.
#[derive(Clone)]
pub(super) struct World(Arc<Mutex<Inner>>);

impl World {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(Mutex::new(inner)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One worker's hands.
#[derive(Clone)]
pub(super) struct Hands {
    pub(super) world: World,
    pub(super) worker: usize,
}

impl std::fmt::Debug for Hands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "worker {}", self.worker)
    }
}

/// Lets others have a turn.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn no_answer() -> JournalError {
    JournalError("no answer".into())
}

impl Hands {
    /// Makes a call, and has happen what happens at it.
    async fn call<T>(&self, call: Call, run: impl FnOnce(&mut Inner, Option<Fault>) -> T + Send) -> T {
        pause().await;
        let fault = self.world.lock().strike(self.worker, &call);
        match fault {
            Some(Fault::DiesBefore) => self.die().await,
            Some(Fault::FreezesBefore) => self.freeze().await,
            Some(Fault::Panics) => resume_unwind(Box::new("a panic of the harness")),
            _ => {}
        }
        let result = {
            let mut inner = self.world.lock();
            if let Some(fault) = fault.filter(|_| !matches!(call, Call::Read(_) | Call::Write(_))) {
                inner.happen(self.worker, fault);
            }
            let result = run(&mut inner, fault);
            if let Some(fault) = fault.filter(|_| matches!(call, Call::Read(_) | Call::Write(_))) {
                inner.happen(self.worker, fault);
            }
            result
        };
        match fault {
            Some(Fault::DiesAfter) => self.die().await,
            Some(Fault::FreezesAfter) => self.freeze().await,
            _ => {}
        }
        result
    }

    async fn die(&self) {
        self.world.lock().workers[self.worker].dead = true;
        std::future::pending::<()>().await;
    }

    async fn freeze(&self) {
        {
            let mut inner = self.world.lock();
            let until = inner.now + TimeDelta::seconds(200);
            inner.workers[self.worker].frozen_until = Some(until);
        }
        pause().await;
    }

    /// A call on the table.
    async fn table<T>(&self, call: Call, run: impl FnOnce(&mut Inner) -> T + Send) -> Result<T, JournalError> {
        let worker = self.worker;
        self.call(call, move |inner, fault| {
            if inner.is_table_down(worker, fault) {
                return Err(no_answer());
            }
            let result = run(inner);
            match fault {
                Some(Fault::AnswerOfTableLost) => Err(no_answer()),
                Some(Fault::NoAnswerOfTable) => {
                    inner.workers[worker].deaf = 2;
                    Err(no_answer())
                }
                _ => Ok(result),
            }
        })
        .await
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        let inner = self.world.lock();
        inner.now + inner.workers[self.worker].skew
    }
}

impl Journal for Hands {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<Started, JournalError>> {
        Box::pin(async move {
            let mut inner = self.world.lock();
            let now = inner.now;
            Ok(inner.table.start(start, now))
        })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<Head>, JournalError>> {
        Box::pin(async move { Ok(self.world.lock().table.heads.get(saga).cloned()) })
    }

    fn pre_image<'a>(&'a self, saga: &'a SagaId, step: usize) -> BoxFuture<'a, Result<Option<PreImage>, JournalError>> {
        Box::pin(self.table(Call::PreImage, move |inner| inner.table.pres.get(&(*saga, step)).cloned()))
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<Entry>, JournalError>> {
        Box::pin(async move { Ok(self.world.lock().table.ledgers[saga].clone()) })
    }

    fn acquire<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Acquired, JournalError>> {
        Box::pin(self.table(Call::Acquire, move |inner| inner.table.acquire(lease)))
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<Committed, JournalError>> {
        let call = Call::Commit(transition.entry.kind, transition.entry.step);
        Box::pin(self.table(call, move |inner| {
            let committed = inner.table.commit(transition);
            if committed == Committed::Written {
                inner.committed(transition);
            }
            committed
        }))
    }

    fn tick<'a>(&'a self, tick: &'a Tick) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(self.table(Call::Tick, move |inner| inner.table.tick(tick)))
    }

    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<Due>, JournalError>> {
        Box::pin(self.table(Call::Due, move |inner| inner.table.due(before, limit)))
    }
}

impl Provider for Hands {
    fn read<'a>(&'a self, _: &'a AccountId, read: &'a Read) -> BoxFuture<'a, Result<Found, Answer>> {
        let name = match read {
            Read::Records { .. } => "records",
            Read::Record { .. } => "record",
            Read::Droplet { .. } => "droplet",
            Read::DropletActions { .. } => "droplet actions",
            Read::Action { .. } => "action",
            Read::DropletSnapshots => "snapshots",
        };
        let worker = self.worker;
        Box::pin(self.call(Call::Read(name), move |inner, fault| inner.read(worker, read, fault)))
    }

    fn write<'a>(
        &'a self,
        _: &'a AccountId,
        write: &'a Write,
        stamp: &'a Stamp,
    ) -> BoxFuture<'a, Result<Made, Answer>> {
        let name = match write {
            Write::CreateRecord { .. } => "create record",
            Write::UpdateRecord { .. } => "update record",
            Write::DeleteRecord { .. } => "delete record",
            Write::SnapshotDroplet { .. } => "snapshot droplet",
            Write::DeleteSnapshot { .. } => "delete snapshot",
        };
        let worker = self.worker;
        Box::pin(self.call(Call::Write(name), move |inner, fault| inner.write(worker, write, stamp, fault)))
    }
}

impl Bell for Hands {
    fn ring<'a>(&'a self, saga: &'a SagaId, lane: Lane, at: DateTime<Utc>, _: u64) -> BoxFuture<'a, ()> {
        Box::pin(self.call(Call::Ring, move |inner, fault| inner.ring(*saga, lane, at, fault)))
    }
}

impl Expectations for Hands {
    fn expect<'a>(&'a self, change: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.world.lock().expected.insert(change.key.provider_id.to_string());
        })
    }
}
