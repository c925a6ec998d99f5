//! The table of the harness as a journal: what any other journal must do as well, answer for answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use super::table::Table;
use crate::record::{Entry, Head, SagaId, Start};
use crate::rim::{
    Acquired, Committed, Due, Journal, JournalError, Lease, PreImage, Started, Terminal, Tick, Transition,
};

/// A table in memory, with the conditions of DynamoDB. It panics at what the engine never does, such as putting an entry twice.
#[derive(Debug, Default)]
pub struct Twin(Mutex<Table>);

impl Twin {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a saga ended, if it has.
    #[must_use]
    pub fn terminal(&self, saga: &SagaId) -> Option<Terminal> {
        self.table().terminals.get(saga).cloned()
    }
}

impl Journal for Twin {
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<Started, JournalError>> {
        Box::pin(async move { Ok(self.table().start(start, start.entry.at)) })
    }

    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<Head>, JournalError>> {
        Box::pin(async move { Ok(self.table().heads.get(saga).cloned()) })
    }

    fn pre_image<'a>(&'a self, saga: &'a SagaId, step: usize) -> BoxFuture<'a, Result<Option<PreImage>, JournalError>> {
        Box::pin(async move { Ok(self.table().pres.get(&(*saga, step)).cloned()) })
    }

    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<Entry>, JournalError>> {
        Box::pin(async move { Ok(self.table().ledgers.get(saga).cloned().unwrap_or_default()) })
    }

    fn acquire<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Acquired, JournalError>> {
        Box::pin(async move { Ok(self.table().acquire(lease)) })
    }

    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(async move { Ok(self.table().commit(transition)) })
    }

    fn tick<'a>(&'a self, tick: &'a Tick) -> BoxFuture<'a, Result<Committed, JournalError>> {
        Box::pin(async move { Ok(self.table().tick(tick)) })
    }

    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<Due>, JournalError>> {
        Box::pin(async move { Ok(self.table().due(before, limit)) })
    }
}
