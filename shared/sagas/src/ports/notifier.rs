//! Wake-ups: messages that only name a saga to be driven. They may be lost, repeated, late or
//! purged.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

use crate::record::{Phase, SagaId};

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
