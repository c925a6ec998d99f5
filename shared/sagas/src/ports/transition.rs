//! One change of a saga's state: all that is written together, and on which condition.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::{LedgerEntry, LockCondition, LockTarget, SagaId, SagaRecord, SagaState, SagaStatus, Scheduling};

/// The condition on the record under which a change is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precondition {
    /// The revision that the record must have.
    pub rev: u64,
    /// The fencing token that the record must have; `None` for an operator's change, which holds no
    /// lease.
    pub fence: Option<u64>,
    /// The status that the record must have.
    pub status: SagaStatus,
}

/// The effect of a change on [`Scheduling`], besides setting `last_tx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleChange {
    /// The worker continues: the counters are reset; the lease and `next_due`, which is past, stay.
    Keep,
    /// The worker stops: the lease is removed, the counters are reset, and the saga is due at this
    /// time.
    Park(DateTime<Utc>),
    /// No work is left for a worker: as [`ScheduleChange::Park`], but `next_due` and its index key
    /// are removed.
    Clear,
    /// An operator's change: the saga is due at this time; the counters are reset, and a lease
    /// stays.
    Wake(DateTime<Utc>),
}

/// The state that a step found before it changed anything. It is an item of its own, written once,
/// before the first write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreImage {
    /// The index of the step.
    pub step: usize,
    /// The time at which the state was read.
    pub at: DateTime<Utc>,
    /// The state that was read, in the step's own format.
    pub content: Value,
}

/// The marker of an ended saga: an item of its own, written once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// The status in which the saga ended.
    pub status: SagaStatus,
    /// The time at which the saga ended.
    pub at: DateTime<Utc>,
    /// The hash of the ledger entry that ended it.
    pub ledger_hash: String,
}

/// One state change, written in one transaction: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The saga that changes.
    pub saga: SagaId,
    /// The condition on the record.
    pub precondition: Precondition,
    /// The unique id of this write; it becomes [`Scheduling::last_tx`].
    pub tx: String,
    /// The record's new state.
    pub state: SagaState,
    /// The change of the record's scheduling.
    pub schedule: ScheduleChange,
    /// The ledger entry, which is put if no entry has its number.
    pub entry: LedgerEntry,
    /// The pre-image, which is put if the step has none.
    pub pre_image: Option<PreImage>,
    /// The locks to take, all or none.
    pub take: Vec<(LockTarget, LockCondition)>,
    /// The locks to release: `saga_id` is removed if it is this saga's.
    pub release: Vec<LockTarget>,
    /// The terminal marker, which is put if there is none.
    pub terminal: Option<Terminal>,
}

impl ScheduleChange {
    /// Returns the scheduling after the change.
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
    /// Returns whether the record meets the precondition.
    #[must_use]
    pub fn holds_of(&self, record: &SagaRecord) -> bool {
        let Precondition { rev, fence, status } = self.precondition;
        record.state.rev == rev
            && record.status() == status
            && fence.is_none_or(|fence| record.scheduling.fence == fence)
    }

    /// Returns the record after the change.
    #[must_use]
    pub fn on(&self, record: &SagaRecord) -> SagaRecord {
        SagaRecord {
            metadata: record.metadata.clone(),
            state: self.state.clone(),
            scheduling: self.schedule.on(&record.scheduling, &self.tx),
        }
    }
}
