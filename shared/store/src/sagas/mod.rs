//! Sagas: the table as the engine needs it, and what callers of the API may read of them.
//!
//! A head is one item. What never changes (`about`) and what the ledger accounts for (`state`) are an attribute each, and the second is
//! replaced whole; who works on the saga and when it is due stands beside them, since that changes by itself. `next_due` is never written
//! without its entry in the index, which rings and decides nothing.

mod audited;
mod commit;
mod due;
mod expression;
mod items;
mod lease;
mod list;
mod start;

use futures::future::BoxFuture;
use sagas::record::{Entry, Head, SagaId, Start};
use sagas::rim::{Acquired, Committed, Due, Journal, JournalError, Lease, PreImage, Started, Tick, Transition};

pub use audited::AuditedSagas;
pub use list::{LedgerPage, SagaFilter, SagaPage, SagaPosition};

use crate::{Error, Table};

impl From<Error> for JournalError {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl Journal for Table {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<Started, JournalError>> {
        Box::pin(async move { Ok(self.start_saga(start, None).await?) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<Head>, JournalError>> {
        Box::pin(async move { Ok(self.saga(saga).await?) })
    }

    fn pre_image<'a>(&'a self, saga: &'a SagaId, step: usize) -> BoxFuture<'a, Result<Option<PreImage>, JournalError>> {
        Box::pin(async move { Ok(self.saga_pre_image(saga, step).await?) })
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<Entry>, JournalError>> {
        Box::pin(async move { Ok(self.saga_ledger(saga).await?) })
    }

    fn acquire<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Acquired, JournalError>> {
        Box::pin(async move { Ok(self.lease_saga(lease).await?) })
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(async move { Ok(self.commit_saga(transition, None).await?) })
    }

    fn tick<'a>(&'a self, tick: &'a Tick) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(async move { Ok(self.tick_saga(tick).await?) })
    }

    fn due(
        &self,
        before: chrono::DateTime<chrono::Utc>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Due>, JournalError>> {
        Box::pin(async move { Ok(self.due_sagas(before, limit).await?) })
    }
}
