//! The ledger: one entry for each change of a saga's state, each bound to the one before it by its hash.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{SagaProgress, SagaState, StepState, digest};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The saga was started.
    Started,
    /// It took its locks and began.
    LocksAcquired,
    /// It waits: for a lock, a time or somebody's word.
    Waiting,
    /// A write is decided and about to be sent.
    Intended,
    /// A write was carried out.
    Applied,
    /// A write was certainly not carried out, and will be decided anew.
    Deferred,
    /// A write's answer was lost.
    OutcomeUnknown,
    /// A write of unknown outcome was not seen for long enough.
    Lost,
    /// What a write was about is gone (404).
    TargetMissing,
    /// DigitalOcean refuses a write for good.
    Refused,
    /// A step is done; with the last one, the saga.
    StepSucceeded,
    /// A step failed; what was done is undone from here on.
    StepFailed,
    /// A step is undone; with the first one, the saga is rolled back.
    StepCompensated,
    /// A look after the end is over for a step.
    PostChecked,
    /// Only people can decide.
    Stuck,
    /// An operator asked for its end.
    Cancelled,
    /// An operator let it go on.
    Resumed,
    /// An operator took a step over.
    Skipped,
    /// An operator ended it.
    Closed,
    /// Somebody let it through a gate.
    Approved,
    /// Somebody did not.
    Denied,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The worker that held this lease.
    Worker {
        /// The lease's number.
        fence: u64,
        /// Its owner.
        owner: String,
    },
    /// A person, by the subject of their token.
    Person(String),
}

impl Actor {
    /// A worker's fence.
    #[must_use]
    pub fn fence(&self) -> Option<u64> {
        match self {
            Self::Worker { fence, .. } => Some(*fence),
            Self::Person(_) => None,
        }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its number: the revision of the state that it made; the first is 1.
    pub rev: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: EntryKind,
    /// Who did it.
    pub actor: Actor,
    /// The step it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The write it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op_hash: Option<String>,
    /// What there is to say of it, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The state after it, but for the steps.
    pub progress: SagaProgress,
    /// The steps that changed; of their writes only those whose fate this is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<usize, StepState>,
    /// The hash of the entry before it; empty for the first.
    pub prev: String,
    /// Its own hash: over all of it but this field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
}

impl LedgerEntry {
    /// The entry with its hash.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = String::new();
        self.hash = digest(&self);
        self
    }
}

/// Why a ledger is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenLedger {
    /// It has no entry.
    #[error("the ledger is empty")]
    Empty,
    /// An entry is missing, or is there twice.
    #[error("entry {found} stands where entry {expected} should")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An entry was changed after it was written, or does not follow the one before it.
    #[error("entry {0} does not bear out its hash")]
    Hash(u64),
    /// An entry speaks of a step that is not there.
    #[error("entry {0} is about a step that the saga does not have")]
    Step(u64),
}

/// The state that a whole ledger gives, its entries in order.
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
