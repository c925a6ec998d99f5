//! The record of a saga, which is one item of the table.

use chrono::{DateTime, Utc};
use domain::{AccountId, TenantId};
use serde::{Deserialize, Serialize};

use super::{Definition, Phase, SagaId, SagaState, SagaStatus};

/// The part of a record that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaMetadata {
    /// The id of the saga.
    pub id: SagaId,
    /// The saga's type: the name of a saga template, or `custom`.
    #[serde(rename = "type")]
    pub saga_type: String,
    /// The account in which the saga works.
    pub account: AccountId,
    /// The tenant that owns the target; none for the company's own resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// The saga's steps with their inputs.
    pub definition: Definition,
    /// The [`Definition::hash`] of the definition, as it was at the start.
    pub def_hash: String,
    /// The time at which the saga was created.
    pub created_at: DateTime<Utc>,
    /// The person who started the saga, by the subject of their token.
    pub created_by: String,
    /// The time at which the first step may begin.
    pub start_at: DateTime<Utc>,
}

/// The lease of a saga and the time at which it is due. The ledger does not cover this part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduling {
    /// The fencing token: the number of leases so far. A worker whose lease has a lower number has
    /// lost the saga.
    pub fence: u64,
    /// The owner of the lease; none while no worker has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// The time at which the lease expires.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// The time at which the saga is to be driven on; none while it is stuck, and once no work is
    /// left. Times are compared as text, so they always have milliseconds.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub next_due: Option<DateTime<Utc>>,
    /// The number of leases taken since one was last given back or led to a change.
    pub takeovers: u32,
    /// Number of polls since the last state change.
    pub polls: u32,
    /// The number of polls in a row in which the token was not accepted.
    pub denied: u32,
    /// Id of the last state write. A worker that lost the response finds out by this id whether its
    /// write succeeded.
    pub last_tx: String,
}

/// The record of a saga: one item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaRecord {
    /// The part that never changes.
    #[serde(flatten)]
    pub metadata: SagaMetadata,
    /// The part that the ledger covers.
    #[serde(flatten)]
    pub state: SagaState,
    /// The lease, and the time at which the saga is due.
    #[serde(flatten)]
    pub scheduling: Scheduling,
}

impl SagaRecord {
    /// Returns the saga's current status.
    #[must_use]
    pub fn status(&self) -> SagaStatus {
        self.state.progress.status
    }

    /// Returns the saga's current phase.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::of(self.status())
    }

    /// Returns whether the saga is due and no lease is in force, with clocks that differ by up to
    /// `skew`.
    #[must_use]
    pub fn is_free_at(&self, now: DateTime<Utc>, skew: chrono::TimeDelta) -> bool {
        self.scheduling.next_due.is_some_and(|due| due <= now)
            && self.scheduling.lease_until.is_none_or(|until| until < now - skew)
    }
}

/// Times as text of fixed width, so that text order is time order.
mod millis {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::deserialize(deserializer)
    }
}
