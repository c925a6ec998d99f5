//! The persistence port. The table is the only truth, and every write to it is conditional.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

use super::{PreImage, Transition};
use crate::record::{LedgerEntry, LockTarget, Phase, SagaId, SagaRecord, SagaStatus, Start};

/// A failed call on the table. Whether a write was carried out is unknown. Writes are conditional,
/// so repeating one is safe.
#[derive(Debug, thiserror::Error)]
#[error("the table did not answer")]
pub struct SagaStoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The outcome of starting a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartResult {
    /// The saga was created.
    New,
    /// The idempotency key was used before for the same request: the id of the saga that it
    /// started.
    Same(SagaId),
    /// The idempotency key was used before for another request.
    Conflict,
}

/// A request for the lease of a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The saga to lease.
    pub saga: SagaId,
    /// The owner of the lease: a globally unique text, e.g. request id plus message id. A worker
    /// that lost the response recognises its own lease by it.
    pub owner: String,
    /// The phase that the worker serves.
    pub phase: Phase,
    /// The time now, by the worker's clock.
    pub now: DateTime<Utc>,
    /// The time at which the lease expires.
    pub until: DateTime<Utc>,
    /// The largest expected difference between two workers' clocks.
    pub skew: TimeDelta,
}

/// The outcome of a lease request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseResult {
    /// The lease is granted; the record as it is now.
    Granted(Box<SagaRecord>),
    /// The saga is not due, is leased by another worker, or is in the other phase; the record as it
    /// is.
    Refused(Box<SagaRecord>),
    /// No saga has this id.
    Unknown,
}

/// The outcome of a state write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitResult {
    /// The change is stored.
    Written,
    /// The condition on the record does not hold; the record as it is. If it has this write's `tx`,
    /// the change was stored by an earlier attempt.
    Refused(Box<SagaRecord>),
    /// A lock could not be taken: the target that another saga holds or released too recently.
    Locked(LockTarget),
}

/// The end of a work session that changed nothing. `next_due`, `polls` and `denied` are set,
/// `takeovers` becomes 0 and the lease is removed, if the record still has this fencing token and
/// this revision. Without the check of the revision, it would undo the wake-up of an operator's
/// command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reschedule {
    /// The saga to reschedule.
    pub saga: SagaId,
    /// The fencing token of the session's lease.
    pub fence: u64,
    /// The revision that the session worked on.
    pub rev: u64,
    /// The time at which the saga is due next.
    pub next_due: DateTime<Utc>,
    /// The number of polls since the last state change.
    pub polls: u32,
    /// The number of polls in a row in which the token was not accepted.
    pub denied: u32,
}

/// A saga in the index of due sagas. The index may lag behind the table: it only causes wake-ups
/// and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSaga {
    /// The id of the saga.
    pub saga: SagaId,
    /// The saga's status in the index.
    pub status: SagaStatus,
    /// The saga's revision in the index.
    pub rev: u64,
    /// The time at which the saga is due.
    pub next_due: DateTime<Utc>,
    /// The time of the saga's last state change.
    pub updated_at: DateTime<Utc>,
}

/// The port to the table of sagas.
pub trait SagaStore: std::fmt::Debug + Send + Sync {
    /// Starts a saga. Idempotency item, record and first ledger entry are created in one
    /// transaction. An idempotency item counts as absent once it has expired at the time of the
    /// first entry. Returns [`StartResult::New`] also if this very saga was started before and the
    /// response was lost.
    fn start<'a>(&'a self, start: &'a Start) -> BoxFuture<'a, Result<StartResult, SagaStoreError>>;

    /// Reads the record, strongly consistent.
    fn load<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Option<SagaRecord>, SagaStoreError>>;

    /// Reads the pre-image of a step, strongly consistent.
    fn pre_image<'a>(
        &'a self,
        saga: &'a SagaId,
        step: usize,
    ) -> BoxFuture<'a, Result<Option<PreImage>, SagaStoreError>>;

    /// Reads the whole ledger, in order.
    fn ledger<'a>(&'a self, saga: &'a SagaId) -> BoxFuture<'a, Result<Vec<LedgerEntry>, SagaStoreError>>;

    /// Requests a lease. Owner, expiry, `fence + 1` and `takeovers + 1` are set if the saga is due
    /// (`next_due <= now`), has a status of the phase, and has no lease or one that expired before
    /// `now - skew`. If it is refused and the record names this very owner, the lease was granted
    /// before.
    fn acquire<'a>(&'a self, lease: &'a LeaseRequest) -> BoxFuture<'a, Result<LeaseResult, SagaStoreError>>;

    /// Writes a state change in one transaction: all of it or nothing.
    fn commit<'a>(&'a self, transition: &'a Transition) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>>;

    /// Writes a reschedule. Returns [`CommitResult::Refused`] if its conditions do not hold.
    fn reschedule<'a>(&'a self, reschedule: &'a Reschedule) -> BoxFuture<'a, Result<CommitResult, SagaStoreError>>;

    /// Returns up to `limit` sagas that are due before a time, the longest overdue first.
    fn due(&self, before: DateTime<Utc>, limit: usize) -> BoxFuture<'_, Result<Vec<DueSaga>, SagaStoreError>>;
}
