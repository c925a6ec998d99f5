//! The ledger of a saga: one entry for each state change, each chained to the one before it by
//! hash.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{SagaProgress, SagaState, StepState, digest};

/// The event that an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The saga was started.
    Started,
    /// The saga took its locks and began with the first step.
    LocksAcquired,
    /// The saga waits for a lock, a time or an approval.
    Waiting,
    /// A write is decided and about to be sent.
    Intended,
    /// A write was carried out.
    Applied,
    /// A write was certainly not carried out, and will be decided anew.
    Deferred,
    /// The response to a write was lost.
    OutcomeUnknown,
    /// A write of unknown outcome was not found for long enough.
    Lost,
    /// The target of a write does not exist (404).
    TargetMissing,
    /// DigitalOcean refuses a write for good.
    Refused,
    /// A step is done; with the last step, so is the saga.
    StepSucceeded,
    /// A step failed; from here on the saga is compensated.
    StepFailed,
    /// A step's changes are undone; with the first step, the saga is rolled back.
    StepCompensated,
    /// A post-check of a step is over, or a whole round was given up.
    PostChecked,
    /// The saga needs an operator's decision.
    Stuck,
    /// An operator cancelled the saga.
    Cancelled,
    /// An operator resumed the saga.
    Resumed,
    /// An operator took over the compensation of a step.
    Skipped,
    /// An operator ended the saga.
    Closed,
    /// An approval gate was approved.
    Approved,
    /// An approval gate was denied.
    Denied,
}

/// The author of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The worker that held the lease.
    Worker {
        /// The fencing token of the lease.
        fence: u64,
        /// The owner of the lease.
        owner: String,
    },
    /// A person, by the subject of their token.
    Person(String),
}

impl Actor {
    /// Returns a worker's fencing token; `None` for a person.
    #[must_use]
    pub fn fence(&self) -> Option<u64> {
        match self {
            Self::Worker { fence, .. } => Some(*fence),
            Self::Person(_) => None,
        }
    }
}

/// One entry of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The entry's number, which is the revision of the state after it; the first is 1.
    pub rev: u64,
    /// The time of the change.
    pub at: DateTime<Utc>,
    /// The event that the entry records.
    pub kind: EntryKind,
    /// The author of the change.
    pub actor: Actor,
    /// The index of the step that the entry is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The hash of the intent of the write that the entry is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_hash: Option<String>,
    /// A note for readers of the ledger; empty if there is nothing to add.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The state after the change, without the steps.
    pub progress: SagaProgress,
    /// The steps that changed. Of their writes, only those that got their outcome with this change.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<usize, StepState>,
    /// The hash of the entry before it; empty for the first.
    pub prev: String,
    /// The entry's own hash, over all fields but this one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
}

impl LedgerEntry {
    /// Returns the entry with its hash.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = String::new();
        self.hash = digest(&self);
        self
    }
}

/// The reason why a list of entries is not the ledger of a saga.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenLedger {
    /// The ledger has no entry.
    #[error("the ledger is empty")]
    Empty,
    /// An entry is missing, or is present twice.
    #[error("the ledger has entry {found} in the place of entry {expected}")]
    Gap {
        /// The number that should follow.
        expected: u64,
        /// The number that follows.
        found: u64,
    },
    /// An entry was changed after it was written, or does not follow from the one before it.
    #[error("ledger entry {0} does not match its hash, or its predecessor's")]
    Hash(u64),
    /// An entry is about a step that does not exist.
    #[error("ledger entry {0} is about a step that the saga does not have")]
    Step(u64),
}

/// Folds a whole ledger, its entries in order, into the saga's state.
///
/// # Errors
/// When the entries are not the ledger of a saga.
pub fn fold(entries: &[LedgerEntry]) -> Result<SagaState, BrokenLedger> {
    let first = entries.first().ok_or(BrokenLedger::Empty)?;
    let mut state = SagaState {
        progress: first.progress.clone(),
        rev: 0,
        updated_at: first.at,
        ledger_hash: String::new(),
        steps: first.steps.values().cloned().collect(),
    };
    for entry in entries {
        if entry.rev != state.rev + 1 {
            return Err(BrokenLedger::Gap { expected: state.rev + 1, found: entry.rev });
        }
        if entry.prev != state.ledger_hash || entry.clone().sealed().hash != entry.hash {
            return Err(BrokenLedger::Hash(entry.rev));
        }
        for (index, step) in &entry.steps {
            let known = state.steps.get_mut(*index).ok_or(BrokenLedger::Step(entry.rev))?;
            let before = std::mem::take(&mut known.attempts);
            known.clone_from(step);
            known.attempts.splice(0..0, before);
        }
        state.progress = entry.progress.clone();
        state.rev = entry.rev;
        state.updated_at = entry.at;
        state.ledger_hash.clone_from(&entry.hash);
    }
    Ok(state)
}
