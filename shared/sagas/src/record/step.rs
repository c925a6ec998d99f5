//! One step of a saga: its specification, its state and its writes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::calls::{WriteRequest, WriteResult};

/// A step in a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSpec {
    /// The step's name, such as `upsert_dns_record`.
    pub step: String,
    /// The version of the step with which the saga was started.
    pub version: u32,
    /// The step's inputs. A value may be a reference to an output of an earlier step, see
    /// [`super::resolve`].
    #[serde(default)]
    pub inputs: Map<String, Value>,
}

/// The status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// The step has not begun.
    Pending,
    /// The step is in progress.
    Running,
    /// The step is done.
    Succeeded,
    /// The step failed. Its changes, if any, are still to be undone.
    Failed,
    /// The step's changes were undone.
    Compensated,
    /// The step's compensation needs an operator's decision.
    CompensationFailed,
    /// An operator took over the step's compensation.
    Skipped,
}

/// A write that is about to be sent, or that was sent and has an unknown outcome. The intent is
/// stored before the write is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The write that is sent.
    pub write: WriteRequest,
    /// True if the write is part of the compensation.
    pub undo: bool,
    /// The unique hash of this intent, which identifies the write in the ledger and the log.
    pub op_hash: String,
    /// The time of the decision.
    pub at: DateTime<Utc>,
    /// The time after which the write is not sent any more.
    pub not_after: DateTime<Utc>,
    /// The fencing token of the worker that decided on the write.
    pub fence: u64,
    /// The time from which the write counts as not carried out if it has not been found; set once
    /// its response was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presumed_lost_at: Option<DateTime<Utc>>,
}

/// The outcome of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteOutcome {
    /// The response says that the write was carried out, with this result.
    Applied(WriteResult),
    /// The response was lost, and a read showed that the write was carried out, with this result.
    Found(WriteResult),
    /// The response was lost and the write was not found for long enough. If it arrives later, a
    /// post-check finds it.
    Lost,
    /// The object to change does not exist (404).
    TargetMissing,
    /// DigitalOcean refuses the write for good, with this text.
    Refused(String),
}

impl WriteOutcome {
    /// Returns the result of the write if it was carried out.
    #[must_use]
    pub fn result(&self) -> Option<&WriteResult> {
        match self {
            Self::Applied(result) | Self::Found(result) => Some(result),
            Self::Lost | Self::TargetMissing | Self::Refused(_) => None,
        }
    }
}

/// A write that was sent, with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteAttempt {
    /// The write that was sent.
    pub write: WriteRequest,
    /// True if the write was part of the compensation.
    pub undo: bool,
    /// The hash of the write's intent.
    pub op_hash: String,
    /// The time of the decision to write.
    pub at: DateTime<Utc>,
    /// The outcome of the write.
    pub outcome: WriteOutcome,
}

impl WriteAttempt {
    /// Returns the result of the write if it was carried out.
    #[must_use]
    pub fn result(&self) -> Option<&WriteResult> {
        self.outcome.result()
    }

    /// Returns whether the outcome is known from the response itself.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !matches!(self.outcome, WriteOutcome::Found(_) | WriteOutcome::Lost)
    }

    /// Returns whether the response was lost and the write was never found.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.outcome == WriteOutcome::Lost
    }
}

/// The decision at an approval gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalVerdict {
    /// True if the saga may continue.
    pub approved: bool,
    /// The person who decided, by the subject of their token.
    pub by: String,
    /// The time of the decision.
    pub at: DateTime<Utc>,
    /// The reason, in the words of the person who decided.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The state of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepState {
    /// The current status of the step.
    pub status: StepStatus,
    /// The time at which the step began; none until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// True if a pre-image of the step is stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_pre_image: bool,
    /// The intent of a write whose outcome is not known yet; none if there is no such write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Intent>,
    /// The writes with known outcomes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<WriteAttempt>,
    /// The number of writes in a row that were certainly not carried out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deferred: u32,
    /// The number of writes in a row that failed because the token was not accepted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub denied: u32,
    /// The decision at an approval gate; none for other steps, and until it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ApprovalVerdict>,
    /// The way in which the step succeeded, as a word such as `created`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The step's outputs, for references by later steps.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outputs: Map<String, Value>,
    /// The reason why the step failed or was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl StepState {
    /// Returns the state of a step that has not begun.
    #[must_use]
    pub fn pending() -> Self {
        Self {
            status: StepStatus::Pending,
            began_at: None,
            has_pre_image: false,
            pending: None,
            attempts: Vec::new(),
            deferred: 0,
            denied: 0,
            verdict: None,
            outcome: None,
            outputs: Map::new(),
            error: None,
        }
    }

    /// Returns whether the step may have changed anything, as it has stored an intent.
    #[must_use]
    pub fn reached_intent(&self) -> bool {
        self.pending.is_some() || !self.attempts.is_empty()
    }
}
