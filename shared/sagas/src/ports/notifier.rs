//! Wake-ups: messages that only name a saga to be driven. They may be lost, repeated, late or
//! purged.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::record::{SagaId, SagaStatus};

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

/// The port that sends wake-ups.
pub trait Notifier: std::fmt::Debug + Send + Sync {
    /// Sends a wake-up for a saga that arrives at a time, or at once if that time is past. Up to 15
    /// minutes ahead it is a delayed message, beyond that a one-time schedule. Where a wake-up
    /// needs a name, `rev` distinguishes it from earlier ones for the same saga.
    ///
    /// Sending never fails: the implementation logs errors, and the reconciler sends a wake-up for
    /// any saga that is overdue.
    fn schedule_wake_up<'a>(&'a self, saga: &'a SagaId, phase: Phase, at: DateTime<Utc>, rev: u64)
    -> BoxFuture<'a, ()>;
}
