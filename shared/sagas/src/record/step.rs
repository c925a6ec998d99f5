//! One step of a saga.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ports::{WriteRequest, WriteResult};

/// A step as the definition has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSpec {
    /// Which step, such as `upsert_dns_record`.
    pub step: String,
    /// The version of the step that the saga was started with.
    pub version: u32,
    /// Its inputs; a value may be a reference to what an earlier step gave, see [`crate::definition`].
    #[serde(default)]
    pub inputs: Map<String, Value>,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// Begun.
    Running,
    /// Done.
    Succeeded,
    /// Failed; what it left is still to be undone, or there is nothing.
    Failed,
    /// Undone.
    Compensated,
    /// Undoing it needs people.
    CompensationFailed,
    /// An operator took it over.
    Skipped,
}

/// A write that is about to be sent, or was and whose outcome is not known yet. It is durable before the write is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The write.
    pub write: WriteRequest,
    /// Whether it undoes.
    pub undo: bool,
    /// Names this intent among all: every write bears it.
    pub op_hash: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// After this the write is not sent any more.
    pub not_after: DateTime<Utc>,
    /// Whose intent.
    pub fence: u64,
    /// From when on a write that is not seen counts as not carried out; known once an answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presumed_lost_at: Option<DateTime<Utc>>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteOutcome {
    /// It was carried out.
    Applied(WriteResult),
    /// Its answer was lost and it was not seen for long enough; should it arrive yet, a later look finds it.
    Lost,
    /// What it was about is gone (404).
    TargetMissing,
    /// DigitalOcean refuses it for good, in these words.
    Refused(String),
}

/// A write that was sent, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteAttempt {
    /// The write.
    pub write: WriteRequest,
    /// Whether it undid.
    pub undo: bool,
    /// Its intent's hash.
    pub op_hash: String,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub outcome: WriteOutcome,
}

impl WriteAttempt {
    /// What it made, if it was carried out.
    #[must_use]
    pub fn result(&self) -> Option<&WriteResult> {
        match &self.outcome {
            WriteOutcome::Applied(made) => Some(made),
            _ => None,
        }
    }

    /// Whether its answer was lost and it was never seen.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.outcome == WriteOutcome::Lost
    }
}

/// What somebody said at a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalVerdict {
    /// Whether it may go on.
    pub approved: bool,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A step's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepState {
    /// Where it is.
    pub status: StepStatus,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// Whether it has a pre-image.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_pre_image: bool,
    /// The write under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Intent>,
    /// The writes that were, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<WriteAttempt>,
    /// How many writes in a row were certainly not carried out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deferred: u32,
    /// How many of them in a row because the token was not accepted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub denied: u32,
    /// What was said at a gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ApprovalVerdict>,
    /// How it succeeded, in a word of its own such as `created`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What it gave.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outputs: Map<String, Value>,
    /// Why it failed or was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl StepState {
    /// A step not begun.
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

    /// Whether it may have changed anything: it reached its intent.
    #[must_use]
    pub fn reached_intent(&self) -> bool {
        self.pending.is_some() || !self.attempts.is_empty()
    }
}
