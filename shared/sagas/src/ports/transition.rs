//! One change of a saga's state: everything that is written together, and on which condition.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::{LedgerEntry, LockCondition, LockTarget, SagaId, SagaRecord, SagaState, SagaStatus, Scheduling};

/// What must hold of the record for a change to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precondition {
    /// Its revision is this.
    pub rev: u64,
    /// The last lease is this one; `None` for a change by a person, which is no worker's.
    pub fence: Option<u64>,
    /// Its status is this.
    pub status: SagaStatus,
}

/// What a change does to [`Scheduling`], besides noting its `tx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleChange {
    /// The worker goes on: the counters go to 0; the lease and `next_due`, which is past, stay.
    Keep,
    /// The worker is done for now: the lease goes, the counters go to 0, and the saga is due then.
    Park(DateTime<Utc>),
    /// Nothing is left to do for a worker: as [`ScheduleChange::Park`], and `next_due` and its index key go.
    Clear,
    /// A person wants it looked at: it is due then; the counters go to 0, a lease stays.
    Wake(DateTime<Utc>),
}

/// What a step found before it changed anything: an item of its own, written once, before the first write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreImage {
    /// The step.
    pub step: usize,
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// What was seen, as the step keeps it.
    pub content: Value,
}

/// That a saga ended: an item of its own, written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// How.
    pub status: SagaStatus,
    /// When.
    pub at: DateTime<Utc>,
    /// The hash of the ledger entry that ended it.
    pub ledger_hash: String,
}

/// One change: one transaction, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The saga.
    pub saga: SagaId,
    /// On which condition on the record.
    pub precondition: Precondition,
    /// Names this write; it becomes [`Scheduling::last_tx`].
    pub tx: String,
    /// The record's state from now on.
    pub state: SagaState,
    /// What becomes of the rest of the record.
    pub schedule: ScheduleChange,
    /// The ledger entry: put, if there is none of its number.
    pub entry: LedgerEntry,
    /// The pre-image: put, if there is none of its step.
    pub pre_image: Option<PreImage>,
    /// The locks to take, all or none.
    pub take: Vec<(LockTarget, LockCondition)>,
    /// The locks to give back: `saga_id` removed, if it is this saga's.
    pub release: Vec<LockTarget>,
    /// The terminal marker: put, if there is none.
    pub terminal: Option<Terminal>,
}

impl ScheduleChange {
    /// The rest of the record after the change.
    #[must_use]
    pub fn on(self, scheduling: &Scheduling, tx: &str) -> Scheduling {
        let mut after = Scheduling { takeovers: 0, polls: 0, denied: 0, last_tx: tx.to_owned(), ..scheduling.clone() };
        match self {
            Self::Keep => {}
            Self::Wake(at) => after.next_due = Some(at),
            Self::Park(at) => {
                after.next_due = Some(at);
                (after.lease_owner, after.lease_until) = (None, None);
            }
            Self::Clear => {
                after.next_due = None;
                (after.lease_owner, after.lease_until) = (None, None);
            }
        }
        after
    }
}

impl Transition {
    /// Whether its conditions on the record hold.
    #[must_use]
    pub fn holds_of(&self, record: &SagaRecord) -> bool {
        let Precondition { rev, fence, status } = self.precondition;
        record.state.rev == rev
            && record.status() == status
            && fence.is_none_or(|fence| record.scheduling.fence == fence)
    }

    /// The record after it.
    #[must_use]
    pub fn on(&self, record: &SagaRecord) -> SagaRecord {
        SagaRecord {
            metadata: record.metadata.clone(),
            state: self.state.clone(),
            scheduling: self.schedule.on(&record.scheduling, &self.tx),
        }
    }
}
