//! Doorbells: messages that say no more than "look at this saga". They may be lost, doubled, late or purged.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::record::{SagaId, SagaStatus};

/// Whose work a saga is: each phase has its queue and its function, so that no load of new sagas keeps a rollback waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Forward.
    Forward,
    /// Back, and the looks after the end.
    Compensate,
}

impl Phase {
    /// The phase of a saga in this status.
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

    /// The statuses of its sagas.
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

/// Rings.
pub trait Notifier: std::fmt::Debug + Send + Sync {
    /// Rings for a saga at a time, or at once where that is past: by a delayed message up to 15 minutes, beyond by a one-time schedule.
    /// `rev` tells two rings for the same saga apart where a ring needs a name.
    ///
    /// It never fails: a bell that is not heard is rung again by the reconciler. The implementation logs what went wrong.
    fn schedule_wake_up<'a>(&'a self, saga: &'a SagaId, phase: Phase, at: DateTime<Utc>, rev: u64)
    -> BoxFuture<'a, ()>;
}
