//! What a sweep gets, and what it returns.

use std::time::{Duration, Instant};

use access::Remedy;
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::Client;
use domain::{AccountId, Clock, Receipt, RunId};
use store::Table;

use crate::kind::Target;
use crate::workers::InventoryWorker;

/// The parameters of one sweep of an account.
#[derive(Clone, Copy)]
pub struct SweepRun<'a> {
    /// The worker that runs the sweep.
    pub worker: &'static InventoryWorker,
    /// The worker's target that is swept.
    pub target: &'static Target,
    /// The account that is swept.
    pub account: &'a AccountId,
    /// The id of the run.
    pub run_id: &'a RunId,
    /// The table with the records.
    pub table: &'a Table,
    /// The client for DigitalOcean, or the reason why there is none.
    pub access: &'a Access,
    /// The source of the current time.
    pub clock: &'a dyn Clock,
    /// The time by which the sweep must end.
    pub deadline: Instant,
    /// The id of the lease's owner: different for every attempt, also for repeated deliveries of
    /// one message.
    pub lease_owner: &'a str,
    /// The duration of the lease: longer than the function may run.
    pub lease_ttl: TimeDelta,
    /// The minimum time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The internal project, and the client that may create it.
    pub bootstrap: &'a Bootstrap,
}

impl SweepRun<'_> {
    /// Returns the time until the deadline; zero once it has passed.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Returns the digest of the token in use; `None` if there is no token.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        match self.access {
            Access::Granted { token_id, .. } => Some(token_id),
            Access::Denied { .. } => None,
        }
    }
}

/// The access to DigitalOcean for an account: a client with a token, or the reason why there is
/// none.
#[derive(Debug, Clone)]
pub enum Access {
    /// The account has a usable token.
    Granted {
        /// The client with the account's token.
        client: Client,
        /// A digest of the token. Two tokens may see different resources, so their lists cannot be
        /// compared.
        token_id: String,
    },
    /// The account has no usable token; the receipt says so.
    Denied {
        /// The problem, and what to do about it.
        reason: String,
        /// The follow-up of the sweep.
        next: FollowUp,
    },
}

/// The follow-up of a sweep. Later variants are more severe: if several errors occurred, the most
/// severe one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowUp {
    /// No follow-up: the next scheduled run is enough.
    Nothing,
    /// Another run at once, because time ran out before the work was done.
    Continue,
    /// Another run, not before this time, because of a rate limit.
    Later(DateTime<Utc>),
    /// A retry, because the error may be temporary.
    Retry,
    /// A retry with another token, if there is one, because DigitalOcean does not accept this one
    /// (any more).
    NewToken,
    /// An operator must act, because no retry can succeed.
    OperatorActionRequired,
}

impl FollowUp {
    /// Returns the more severe of the two.
    pub(crate) fn more_severe(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Remedy> for FollowUp {
    fn from(remedy: Remedy) -> Self {
        match remedy {
            Remedy::Wait { until: at } | Remedy::Retry { not_before: Some(at) } => Self::Later(domain::to_millis(at)),
            Remedy::Retry { not_before: None } => Self::Retry,
            Remedy::AnotherRun => Self::Continue,
            Remedy::NewToken => Self::NewToken,
            // The operator sees the error in the sync state. Every scheduled run tries again, so a
            // dead letter for each of them would be of no use.
            Remedy::Scope => Self::Nothing,
            Remedy::NotFound | Remedy::Refused | Remedy::Operator => Self::OperatorActionRequired,
        }
    }
}

/// The outcome of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepOutcome {
    /// Another sweep holds the lease.
    Busy,
    /// The sweep ended with this receipt and follow-up.
    Swept(Receipt, FollowUp),
    /// The sweep ran so long that another one took over its lease. Its changes stand; its receipt
    /// is not stored.
    LeaseLost,
}

/// The internal project and the client that may create it.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The name of the internal project; compared without regard to case.
    pub name: String,
    /// A client with the account's `provisioning` token (or its fallback), or the reason why the
    /// project may not be created.
    pub provisioning: Result<Client, String>,
}
