//! The table, as the engine needs it. It is the truth; every write is conditional.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

use super::{Phase, PreImage, Transition};
use crate::record::{LedgerEntry, LockTarget, SagaId, SagaRecord, SagaStatus, Start};

/// A call on the table that failed: of a write it is not known whether it was carried out. Writes are conditional, so repeating is safe.
#[derive(Debug, thiserror::Error)]
#[error("the table did not answer")]
pub struct SagaStoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// How a start ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartResult {
    /// The saga is there.
    New,
    /// The key was used for the same request: this is the saga of then.
    Same(SagaId),
    /// The key was used for another request.
    Conflict,
}

/// What is asked for with a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The saga.
    pub saga: SagaId,
    /// Who asks: a text that nobody else ever is, so that whoever lost the answer knows its own lease.
    pub owner: String,
    /// In which phase.
    pub phase: Phase,
    /// The time now.
    pub now: DateTime<Utc>,
    /// When the lease runs out.
    pub until: DateTime<Utc>,
    /// How far clocks may be apart.
    pub skew: TimeDelta,
}

/// How asking for a lease ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseResult {
    /// The lease; the record as it is now.
    Granted(Box<SagaRecord>),
    /// It is not due, another works on it, or it is not this phase's: the record as it is.
    Refused(Box<SagaRecord>),
    /// There is no such saga.
    Unknown,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitResult {
    /// It is written.
    Written,
    /// The condition on the record does not hold; the record as it is. It may bear this very `tx`: then it was written before.
    Refused(Box<SagaRecord>),
    /// A lock is not to be had.
    Locked(LockTarget),
}

/// A look that changed nothing: `next_due`, `polls` and `denied` are set, `takeovers` goes to 0, the lease goes; if the record still has
/// this fence and this revision. Without the revision a tick would undo the waking of an operator's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reschedule {
    /// The saga.
    pub saga: SagaId,
    /// The lease.
    pub fence: u64,
    /// The revision.
    pub rev: u64,
    /// When it is due next.
    pub next_due: DateTime<Utc>,
    /// Looks since the last change.
    pub polls: u32,
    /// Looks in a row for which the token was not accepted.
    pub denied: u32,
}

/// A saga in the index of what is due. The index may be behind the table: it rings, and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSaga {
    /// The saga.
    pub saga: SagaId,
    /// Its status.
    pub status: SagaStatus,
    /// Its revision.
    pub rev: u64,
    /// When it is due.
    pub next_due: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The table.
pub trait SagaStore: std::fmt::Debug + Send + Sync {
    /// Starts a saga: idempotency item (if none of its key is there that has not expired at the time of the first entry), record and first
    /// entry, all new, together. [`StartResult::New`] as well where this very saga was started before and the answer was lost.
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>>;

    /// The record; a consistent read.
    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>>;

    /// The pre-image of a step; a consistent read.
    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>>;

    /// The whole ledger, in order.
    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>>;

    /// Asks for a lease: owner, end, `fence + 1` and `takeovers + 1` are set if the saga is due (`next_due <= now`), is in a status of the
    /// phase's, and has no lease or one that ended before `now - skew`. Refused with this very owner in the record, it was granted before.
    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>>;

    /// Writes a change, all of it or nothing.
    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>>;

    /// Writes a tick; [`CommitResult::Refused`] where its conditions do not hold.
    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>>;

    /// Up to `limit` sagas that are due before a time, the longest overdue first.
    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>>;
}
