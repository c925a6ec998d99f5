//! The part of a saga that its ledger accounts for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{StepState, Stuck};

/// Where a saga is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SagaStatus {
    /// Not begun.
    Pending,
    /// At a step.
    Running,
    /// Until a time, for somebody's word, or for a lock that another saga holds.
    Waiting,
    /// Undoing its steps, last first.
    Unwinding,
    /// Only people can decide; it keeps its locks.
    Stuck,
    /// All steps succeeded.
    Succeeded,
    /// All is as before.
    RolledBack,
    /// An operator ended it, or took over undoing one of its steps.
    Closed,
}

impl SagaStatus {
    /// Whether it never changes again.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::RolledBack | Self::Closed)
    }

    /// Whether it is driven on: not stuck, not terminal.
    #[must_use]
    pub fn is_active(self) -> bool {
        !self.is_terminal() && self != Self::Stuck
    }
}

/// That somebody asked for its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub reason: String,
}

/// Looks that are taken after the end, because a write whose answer was lost may still arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCheck {
    /// Which look is next or under way: 0 for the first.
    pub round: usize,
    /// The steps that it still has to look at.
    pub steps: Vec<usize>,
    /// Whether it holds the locks.
    pub locked: bool,
}

/// A saga's state but for its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaProgress {
    /// Where it is.
    pub status: SagaStatus,
    /// The step it is at.
    pub cursor: usize,
    /// Whether it holds its locks.
    pub locked: bool,
    /// When it fails if it has not succeeded by then; what time it was stuck does not count.
    pub deadline: DateTime<Utc>,
    /// Why it failed or was ended, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Who asked for its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Cancel>,
    /// Why it is stuck, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck: Option<Stuck>,
    /// Looks that are still to be taken after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_check: Option<PostCheck>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
}

/// A saga's state: what folding its ledger gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaState {
    /// All but the steps.
    #[serde(flatten)]
    pub progress: SagaProgress,
    /// Counts the changes of this state; each is conditional on it and is the entry of its number in the ledger.
    pub rev: u64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The hash of its last ledger entry.
    pub ledger_hash: String,
    /// Its steps.
    pub steps: Vec<StepState>,
}
