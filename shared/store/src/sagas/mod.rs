//! The sagas: the engine's persistence port, and the reads for callers of the API.
//!
//! A saga record is one item. The fields that never change (`metadata`) and those that the ledger
//! accounts for (`state`) are one attribute each, and `state` is always replaced as a whole. The
//! lease and the due time stand beside them, because they change without a state transition.
//! `next_due` is never written without its index entry. The index entry only triggers wake-ups;
//! decisions are made from the record.

mod audited;
mod commit;
mod due;
mod expression;
mod items;
mod lease;
mod list;
mod start;

use futures::future::BoxFuture;
use sagas::ports::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, PreImage, Reschedule, SagaStore, SagaStoreError, StartResult,
    Transition,
};
use sagas::record::{LedgerEntry, SagaId, SagaRecord, Start};

pub use audited::AuditedSagaStore;
pub use list::{LedgerPage, SagaFilter, SagaPage, SagaPosition};

use crate::{Error, Table};

impl From<Error> for SagaStoreError {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl SagaStore for Table {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>> {
        Box::pin(async move { Ok(self.start_saga(start, None).await?) })
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
        Box::pin(async move { Ok(self.commit_saga(transition, None).await?) })
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
