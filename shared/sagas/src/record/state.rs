//! The part of a record that the ledger covers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{StepState, Stuck};

/// The status of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SagaStatus {
    /// The saga has not begun.
    Pending,
    /// The saga executes a step.
    Running,
    /// The saga waits for a time, for an approval, or for a lock that another saga holds.
    Waiting,
    /// The saga compensates its steps, last first.
    Unwinding,
    /// The saga needs an operator's decision; it keeps its locks.
    Stuck,
    /// All steps of the saga succeeded.
    Succeeded,
    /// All changes of the saga were undone.
    RolledBack,
    /// An operator ended the saga, or took over the compensation of one of its steps.
    Closed,
}

impl SagaStatus {
    /// Returns whether the status never changes again.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::RolledBack | Self::Closed)
    }

    /// Returns whether workers drive the saga: it is neither stuck nor ended.
    #[must_use]
    pub fn is_active(self) -> bool {
        !self.is_terminal() && self != Self::Stuck
    }
}

/// An operator's request to cancel the saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The operator, by the subject of their token.
    pub by: String,
    /// The time of the request.
    pub at: DateTime<Utc>,
    /// The reason, in the operator's words.
    pub reason: String,
}

/// The checks after a saga's end for writes that arrive late: a write whose response was lost may
/// still be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCheck {
    /// The round that is next or in progress: 0 for the first.
    pub round: usize,
    /// The indexes of the steps that are still to be checked in this round.
    pub steps: Vec<usize>,
    /// True if the post-check holds the saga's locks.
    pub locked: bool,
}

/// A saga's state without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaProgress {
    /// The current status of the saga.
    pub status: SagaStatus,
    /// The index of the current step.
    pub cursor: usize,
    /// True if the saga holds its locks.
    pub locked: bool,
    /// The time at which the saga fails unless it has succeeded; time spent stuck is added when it
    /// is resumed.
    pub deadline: DateTime<Utc>,
    /// The reason why the saga failed or was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The request to cancel the saga; none if it was not cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Cancel>,
    /// The reason why the saga is stuck; none while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck: Option<Stuck>,
    /// The checks that are still due after the saga's end; none if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_check: Option<PostCheck>,
    /// The time at which the saga ended; none until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
}

/// A saga's state, as folding its ledger gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaState {
    /// The state without the steps.
    #[serde(flatten)]
    pub progress: SagaProgress,
    /// The revision: the number of state changes. Each change requires the revision before it, and
    /// has the ledger entry of its number.
    pub rev: u64,
    /// The time of the last state change.
    pub updated_at: DateTime<Utc>,
    /// The hash of the last ledger entry.
    pub ledger_hash: String,
    /// The states of the steps, in order.
    pub steps: Vec<StepState>,
}
