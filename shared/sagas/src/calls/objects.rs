//! The objects that reads and writes return, as far as steps need them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The fields of a DNS record. In a write they are as sent: host names end with a dot. In a read
/// they are as shown: host names have no final dot, and `@` is the zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordFields {
    /// The record's type: `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SOA`, `SRV` or `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The record's name relative to the zone; `@` is the zone itself.
    pub name: String,
    /// The record's value: an address, a host name or a text.
    pub data: String,
    /// The time to live, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// The priority of an MX or SRV record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// The port of an SRV record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// The weight of an SRV record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// The flags of a CAA record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<u32>,
    /// The tag of a CAA record: `issue`, `issuewild` or `iodef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A DNS record as DigitalOcean shows it.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// The record's id, which stays when the record is changed.
    pub id: u64,
    /// All other fields of the record.
    #[serde(flatten)]
    pub fields: RecordFields,
}

/// A droplet, as far as a plan shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedDroplet {
    /// The droplet's id at DigitalOcean.
    pub id: u64,
    /// The droplet's name at DigitalOcean.
    pub name: String,
    /// The size of the droplet's disk, in gigabytes: no snapshot of it is larger.
    pub disk_gigabytes: u64,
}

/// The status of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    /// The action is still running.
    InProgress,
    /// The action is done.
    Completed,
    /// The action failed; DigitalOcean does not say why.
    Errored,
}

/// An action of a droplet. It does not name the snapshot that it made.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Actions>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAction {
    /// The action's id at DigitalOcean.
    pub id: u64,
    /// The type of the action: `snapshot`, `power_off`, ...
    #[serde(rename = "type")]
    pub action_type: String,
    /// The action's status when it was read.
    pub status: ActionStatus,
    /// The time at which the action started.
    pub started_at: DateTime<Utc>,
    /// The time at which the action ended; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

/// A snapshot of a droplet.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedSnapshot {
    /// The snapshot's id at DigitalOcean.
    pub id: String,
    /// The snapshot's name; several snapshots may have the same.
    pub name: String,
    /// The time at which the snapshot was taken: the start of its action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// The id of the droplet that the snapshot was taken of. That droplet may be gone.
    pub droplet_id: String,
}
