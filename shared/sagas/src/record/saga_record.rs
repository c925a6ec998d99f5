//! The record of a saga: one item.

use chrono::{DateTime, Utc};
use domain::{AccountId, TenantId};
use serde::{Deserialize, Serialize};

use super::{SagaId, SagaState, SagaStatus};
use crate::definition::Definition;
use crate::ports::Phase;

/// What never changes of a saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaMetadata {
    /// Its id.
    pub id: SagaId,
    /// What sort of saga: a ready-made definition's name, or `custom`.
    #[serde(rename = "type")]
    pub saga_type: String,
    /// The account it works in.
    pub account: AccountId,
    /// Whose it is, where its target is a tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
    /// Its steps.
    pub definition: Definition,
    /// [`Definition::hash`] of it.
    pub def_hash: String,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// Who started it.
    pub created_by: String,
    /// When it begins.
    pub start_at: DateTime<Utc>,
}

/// Who works on a saga and when it is due. The ledger says nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduling {
    /// Counts the leases: whoever has a later one has taken over.
    pub fence: u64,
    /// Who holds the lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_owner: Option<String>,
    /// When it runs out.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<DateTime<Utc>>,
    /// When it is to be driven on; absent while it is stuck, and once nothing is left to do. Times compare as text: always milliseconds.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub next_due: Option<DateTime<Utc>>,
    /// Leases taken since one was last given back or led to a change.
    pub takeovers: u32,
    /// Looks taken since the last change.
    pub polls: u32,
    /// Looks in a row for which the token was not accepted.
    pub denied: u32,
    /// Names the last write of the state: whoever lost the answer to it knows it by this.
    pub last_tx: String,
}

/// A saga's record: one item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaRecord {
    /// What never changes.
    #[serde(flatten)]
    pub metadata: SagaMetadata,
    /// What the ledger accounts for.
    #[serde(flatten)]
    pub state: SagaState,
    /// Who works on it and when it is due.
    #[serde(flatten)]
    pub scheduling: Scheduling,
}

impl SagaRecord {
    /// Where it is.
    #[must_use]
    pub fn status(&self) -> SagaStatus {
        self.state.progress.status
    }

    /// Whose work it is now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::of(self.status())
    }

    /// Whether it is due and nobody's lease stands against taking it, clocks apart by up to `skew`.
    #[must_use]
    pub fn is_free_at(&self, now: DateTime<Utc>, skew: chrono::TimeDelta) -> bool {
        self.scheduling.next_due.is_some_and(|due| due <= now)
            && self.scheduling.lease_until.is_none_or(|until| until < now - skew)
    }
}

/// A time as text of fixed width, so that text order is time order.
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
