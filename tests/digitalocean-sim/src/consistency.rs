//! Settings for behaviour that DO does not document and that a test may need either way: the
//! duration of actions, the delay of lists, and the records that share a time to live.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The consistency of an account's API. Times are measured by the simulator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsistencySettings {
    /// Duration of an action on a droplet, in milliseconds. Even with 0, the answer that starts the
    /// action shows it in progress.
    pub action_ms: u64,
    /// Delay of the lists of snapshots.
    pub snapshots: ListLag,
    /// Delay of the lists of records.
    pub domain_records: ListLag,
    /// If true, all records of a name share one time to live, whatever their type. Records of the
    /// same name and type always share it (digitalocean/terraform-provider-digitalocean#1012, and
    /// the warning in its `resource_record.go`, which says "same FQDN"). Whether DO also shares it
    /// across types is not recorded anywhere.
    pub ttl_across_types: bool,
}

/// The delay of a kind's lists compared with the objects themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListLag {
    /// Time for which lists omit a new object, in milliseconds.
    pub creation_delay_ms: u64,
    /// Time for which lists still show a deleted object, in milliseconds.
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
}

impl ListLag {
    pub(crate) fn creation_delay(self) -> TimeDelta {
        time_delta(self.creation_delay_ms)
    }

    pub(crate) fn deletion_delay(self) -> TimeDelta {
        time_delta(self.deletion_delay_ms)
    }
}

/// Converts milliseconds to a time delta, at most 36,500 days.
pub(crate) fn time_delta(milliseconds: u64) -> TimeDelta {
    i64::try_from(milliseconds).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(TimeDelta::days(36_500))
}
