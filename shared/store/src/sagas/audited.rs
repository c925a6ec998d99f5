//! The saga store for operator commands: each change is audited in the same transaction.

use futures::future::BoxFuture;
use sagas::ports::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, PreImage, Reschedule, SagaStore, SagaStoreError, StartResult,
    Transition,
};
use sagas::record::{LedgerEntry, SagaId, SagaRecord, Start};

use crate::{AuditEntry, Table};

/// A saga store that writes one operator command with its audit entry.
#[derive(Debug, Clone)]
pub struct AuditedSagaStore {
    table: Table,
    audit: AuditEntry,
}

impl Table {
    /// Returns a saga store for one operator command. A change and its audit entry are written
    /// together, or not at all.
    #[must_use]
    pub fn audited(&self, audit: AuditEntry) -> AuditedSagaStore {
        AuditedSagaStore { table: self.clone(), audit }
    }
}

impl SagaStore for AuditedSagaStore {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table.start_saga(start, Some(&self.audit)).await?) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>> {
        SagaStore::load(&self.table, saga)
    }

    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>> {
        SagaStore::pre_image(&self.table, saga, step)
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>> {
        SagaStore::ledger(&self.table, saga)
    }

    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>> {
        SagaStore::acquire(&self.table, lease)
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.table.commit_saga(transition, Some(&self.audit)).await?) })
    }

    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        SagaStore::reschedule(&self.table, reschedule)
    }

    fn due(
        &self,
        before: chrono::DateTime<chrono::Utc>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>> {
        SagaStore::due(&self.table, before, limit)
    }
}
