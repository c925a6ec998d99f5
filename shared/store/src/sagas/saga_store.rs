//! The persistence port of the saga engine, on the table.

use futures::future::BoxFuture;
use sagas::ports::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, PreImage, Reschedule, SagaStore, SagaStoreError, StartResult,
    Transition,
};
use sagas::record::{LedgerEntry, SagaId, SagaRecord, Start};

use crate::{AuditEntry, Error, Table};

impl From<Error> for SagaStoreError {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl Table {
    /// Returns a handle for one operator command: a saga is started or changed through it only
    /// together with this audit entry.
    ///
    /// # Errors
    /// Fails when the audit entry cannot be serialized.
    pub fn audited(&self, audit: &AuditEntry) -> Result<Self, Error> {
        Ok(Self { saga_audit: Some(self.audit_put(audit)?), ..self.clone() })
    }
}

impl SagaStore for Table {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.start_saga(start).await?) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>> {
        Box::pin(async move { Ok(self.saga(saga).await?) })
    }

    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>> {
        Box::pin(async move { Ok(self.saga_pre_image(saga, step).await?) })
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>> {
        Box::pin(async move { Ok(self.saga_ledger(saga).await?) })
    }

    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.lease_saga(lease).await?) })
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.commit_saga(transition).await?) })
    }

    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.reschedule_saga(reschedule).await?) })
    }

    fn due(
        &self,
        before: chrono::DateTime<chrono::Utc>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>> {
        Box::pin(async move { Ok(self.due_sagas(before, limit).await?) })
    }
}
