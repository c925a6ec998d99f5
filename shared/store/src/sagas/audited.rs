//! The table as the engine needs it, for what a person does: what is written for it is audited in the same transaction.

use futures::future::BoxFuture;
use sagas::record::{Entry, Head, SagaId, Start};
use sagas::rim::{Acquired, Committed, Due, Journal, JournalError, Lease, PreImage, Started, Tick, Transition};

use crate::{AuditEntry, Table};

/// The table, for one thing that a person does.
#[derive(Debug, Clone)]
pub struct AuditedSagas {
    table: Table,
    audit: AuditEntry,
}

impl Table {
    /// The table, for one thing that a person does about a saga: it is audited, or not done.
    #[must_use]
    pub fn audited(&self, audit: AuditEntry) -> AuditedSagas {
        AuditedSagas { table: self.clone(), audit }
    }
}

impl Journal for AuditedSagas {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<Started, JournalError>> {
        Box::pin(async move { Ok(self.table.start_saga(start, Some(&self.audit)).await?) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<Head>, JournalError>> {
        Journal::load(&self.table, saga)
    }

    fn pre_image<'a>(&'a self, saga: &'a SagaId, step: usize) -> BoxFuture<'a, Result<Option<PreImage>, JournalError>> {
        Journal::pre_image(&self.table, saga, step)
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<Entry>, JournalError>> {
        Journal::ledger(&self.table, saga)
    }

    fn acquire<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Acquired, JournalError>> {
        Journal::acquire(&self.table, lease)
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(async move { Ok(self.table.commit_saga(transition, Some(&self.audit)).await?) })
    }

    fn tick<'a>(&'a self, tick: &'a Tick) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Journal::tick(&self.table, tick)
    }

    fn due(
        &self,
        before: chrono::DateTime<chrono::Utc>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Due>, JournalError>> {
        Journal::due(&self.table, before, limit)
    }
}
