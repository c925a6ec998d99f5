//! The table of the simulation as a [`SagaStore`]. It is the reference model: every other
//! implementation must return the same responses.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::table::Table;
use sagas::ports::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, PreImage, Reschedule, SagaStore, SagaStoreError, StartResult,
    Terminal, Transition,
};
use sagas::record::{LedgerEntry, SagaId, SagaRecord, Start};

/// A saga store in memory, with the conditions of the DynamoDB table. It panics at requests that
/// the engine never makes, such as writing a pre-image twice.
#[derive(Debug, Default)]
pub struct InMemorySagaStore(Mutex<Table>);

impl InMemorySagaStore {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the terminal marker of a saga, if the saga has ended.
    #[must_use]
    pub fn terminal(&self, saga: &SagaId) -> Option<Terminal> {
        self.table().terminals.get(saga).cloned()
    }
}

impl SagaStore for InMemorySagaStore {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().start(start, start.entry.at)) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().records.get(saga).cloned()) })
    }

    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().pre_images.get(&(*saga, step)).cloned()) })
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().ledgers.get(saga).cloned().unwrap_or_default()) })
    }

    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().acquire(lease)) })
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().commit(transition)) })
    }

    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().reschedule(reschedule)) })
    }

    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>> {
        Box::pin(async move { Ok(self.table().due(before, limit)) })
    }
}
