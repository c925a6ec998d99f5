//! The part of a record that the ledger covers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{SagaStatus, StepState, Stuck};

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
