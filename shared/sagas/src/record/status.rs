//! The status of a saga, and the phase that follows from it.

use serde::{Deserialize, Serialize};

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

/// The phase of a saga. Each phase has its own queue and function, so that a load of new sagas
/// never delays a rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Execution of the steps, first to last.
    Forward,
    /// Compensation of the steps, and the post-checks after the end.
    Compensate,
}

impl Phase {
    /// Returns the phase of a saga with this status.
    #[must_use]
    pub fn of(status: SagaStatus) -> Self {
        match status {
            SagaStatus::Pending | SagaStatus::Running | SagaStatus::Waiting => Self::Forward,
            SagaStatus::Unwinding
            | SagaStatus::Stuck
            | SagaStatus::Succeeded
            | SagaStatus::RolledBack
            | SagaStatus::Closed => Self::Compensate,
        }
    }

    /// Returns the statuses of the phase's sagas that workers drive.
    #[must_use]
    pub fn statuses(self) -> &'static [SagaStatus] {
        match self {
            Self::Forward => &[SagaStatus::Pending, SagaStatus::Running, SagaStatus::Waiting],
            Self::Compensate => {
                &[SagaStatus::Unwinding, SagaStatus::Succeeded, SagaStatus::RolledBack, SagaStatus::Closed]
            }
        }
    }
}
