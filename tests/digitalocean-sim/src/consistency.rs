//! What the documentation leaves open, and a test may want either way: how long things take, how far lists are behind, what a time to
//! live binds.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::endpoints::{domain_records, snapshots};
use crate::model::kind::Kind;

/// The habits of an account's cloud. Times are by the simulator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsistencySettings {
    /// How long an action on a droplet goes on, in milliseconds. However short, it is in progress when it is answered.
    pub action_ms: u64,
    /// How far lists of snapshots are behind.
    pub snapshots: ListLag,
    /// How far lists of records are behind.
    pub domain_records: ListLag,
    /// Whether the records of a name have one time to live whatever their type. Those of a name and type always have
    /// (digitalocean/terraform-provider-digitalocean#1012, and the warning in its `resource_record.go`, which says "same FQDN"). Whether it
    /// goes across types is not recorded anywhere.
    pub ttl_across_types: bool,
}

/// How far the lists of a kind are behind the objects themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListLag {
    /// How long a new object is missing, in milliseconds.
    pub creation_delay_ms: u64,
    /// How long a deleted object is still there, in milliseconds.
    pub deletion_delay_ms: u64,
}

impl Default for ConsistencySettings {
    fn default() -> Self {
        Self {
            action_ms: 1000,
            snapshots: ListLag::default(),
            domain_records: ListLag::default(),
            ttl_across_types: false,
        }
    }
}

impl ConsistencySettings {
    pub(crate) fn action(&self) -> TimeDelta {
        time_delta(self.action_ms)
    }

    pub(crate) fn lag_of(&self, kind: &Kind) -> ListLag {
        match kind.collection {
            list if list == snapshots::KIND.collection => self.snapshots,
            list if list == domain_records::KIND.collection => self.domain_records,
            _ => ListLag::default(),
        }
    }
}

impl ListLag {
    pub(crate) fn creation_delay(self) -> TimeDelta {
        time_delta(self.creation_delay_ms)
    }

    pub(crate) fn deletion_delay(self) -> TimeDelta {
        time_delta(self.deletion_delay_ms)
    }
}

/// A time that is given in milliseconds.
pub(crate) fn time_delta(milliseconds: u64) -> TimeDelta {
    i64::try_from(milliseconds).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(TimeDelta::days(36_500))
}
