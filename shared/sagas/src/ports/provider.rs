//! The DigitalOcean port: only the calls that steps need, and what each response proves.
//!
//! DigitalOcean has no idempotency keys and no conditional writes, so no lease and no fencing token
//! reaches it. A write is sent once, by the worker that has just stored its intent, and never after
//! its [`WriteContext::not_after`].

use chrono::{DateTime, Utc};
use domain::AccountId;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::record::SagaId;

/// A read of DigitalOcean's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "read")]
pub enum ReadRequest {
    /// `GET /v2/domains/{zone}/records`: all records of a zone. Either all pages are read or the
    /// read fails.
    Records {
        /// The zone's name, such as `example.com`.
        zone: String,
    },
    /// `GET /v2/domains/{zone}/records/{id}`: one record of a zone.
    Record {
        /// The zone's name, such as `example.com`.
        zone: String,
        /// The id of the record.
        id: u64,
    },
    /// `GET /v2/droplets/{id}`: one droplet of the account.
    Droplet {
        /// The id of the droplet.
        id: u64,
    },
    /// `GET /v2/droplets/{id}/actions`: a droplet's newest actions, at least all of the last day.
    DropletActions {
        /// The id of the droplet.
        id: u64,
    },
    /// `GET /v2/actions/{id}`: one action and its status.
    Action {
        /// The id of the action.
        id: u64,
    },
    /// `GET /v2/snapshots?resource_type=droplet`: all snapshots of droplets in the account. Either
    /// all pages are read or the read fails.
    DropletSnapshots,
}

/// The data that a read returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadResult {
    /// The result of [`ReadRequest::Records`]: all records of the zone.
    Records(Vec<Record>),
    /// The result of [`ReadRequest::Record`]: the record.
    Record(Record),
    /// The result of [`ReadRequest::Droplet`]: the droplet.
    Droplet(ObservedDroplet),
    /// The result of [`ReadRequest::DropletActions`]: the droplet's actions.
    Actions(Vec<ObservedAction>),
    /// The result of [`ReadRequest::Action`]: the action.
    Action(ObservedAction),
    /// The result of [`ReadRequest::DropletSnapshots`]: the account's snapshots of droplets.
    Snapshots(Vec<ObservedSnapshot>),
}

/// A write to DigitalOcean's API, with exactly what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "write")]
pub enum WriteRequest {
    /// `POST /v2/domains/{zone}/records`: creates a record.
    CreateRecord {
        /// The zone's name, such as `example.com`.
        zone: String,
        /// The fields that are sent.
        record: RecordFields,
        /// The id of a deleted record that this one replaces; the new record gets another id. Not
        /// sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<u64>,
    },
    /// `PUT /v2/domains/{zone}/records/{id}`: overwrites a record.
    UpdateRecord {
        /// The zone's name, such as `example.com`.
        zone: String,
        /// The id of the record.
        id: u64,
        /// The fields that are sent. All of them are set, as DigitalOcean validates the fields that
        /// it keeps as well.
        record: RecordFields,
    },
    /// `DELETE /v2/domains/{zone}/records/{id}`: deletes a record.
    DeleteRecord {
        /// The zone's name, such as `example.com`.
        zone: String,
        /// The id of the record.
        id: u64,
        /// The record's fields as far as they are known. For the ledger, not sent.
        record: RecordFields,
    },
    /// `POST /v2/droplets/{id}/actions` with `{"type": "snapshot", "name": …}`: takes a snapshot.
    SnapshotDroplet {
        /// The id of the droplet.
        id: u64,
        /// The name of the new snapshot.
        name: String,
    },
    /// `DELETE /v2/snapshots/{id}`: deletes a snapshot.
    DeleteSnapshot {
        /// The id of the snapshot.
        id: String,
    },
}

impl WriteRequest {
    /// Returns whether this is a delete, for which 404 counts as success.
    #[must_use]
    pub fn deletes(&self) -> bool {
        matches!(self, Self::DeleteRecord { .. } | Self::DeleteSnapshot { .. })
    }

    /// Returns the fields that a record has after the write; `None` if it leaves no record.
    #[must_use]
    pub fn written_record(&self) -> Option<&RecordFields> {
        match self {
            Self::CreateRecord { record, .. } | Self::UpdateRecord { record, .. } => Some(record),
            Self::DeleteRecord { .. } | Self::SnapshotDroplet { .. } | Self::DeleteSnapshot { .. } => None,
        }
    }
}

/// The object that a write created or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteResult {
    /// A record, as it is after the write.
    Record(Record),
    /// An action that continues at DigitalOcean.
    Action(ObservedAction),
    /// A snapshot that recovery found under the requested name.
    Snapshot(ObservedSnapshot),
    /// No object: the write was a delete.
    Nothing,
}

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

/// A failed call, by what the failure proves. The texts are DigitalOcean's, for operators; they
/// never contain a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 404: the object that the path names does not exist.
    #[error("not found at DigitalOcean ({0})")]
    NotFound(String),
    /// 400, 409, 422: DigitalOcean refuses this request, and a repetition will not help.
    #[error("the request was refused ({0})")]
    Refused(String),
    /// 422, "Droplet already has a pending event.": the request may succeed later.
    #[error("the droplet already has a pending event")]
    PendingEvent,
    /// A write was sent and its outcome is unknown: no response, a truncated response, 5xx.
    #[error("no usable response from DigitalOcean ({0})")]
    Ambiguous(String),
    /// The request was certainly not carried out and may succeed later: no connection, or its time
    /// limit had passed before it was sent. Of a read: any temporary failure.
    #[error("the request failed ({0})")]
    Transient(String),
    /// 429, or the shared request budget is used up.
    #[error("no more requests to DigitalOcean are allowed until {until}")]
    Limited {
        /// The time at which the limit ends.
        until: DateTime<Utc>,
    },
    /// 401, 403: the token is not accepted, or lacks the permission.
    #[error("the token was not accepted ({0})")]
    Unauthorised(String),
}

/// The context of a write: its time limit, and what the log says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteContext {
    /// The saga that writes.
    pub saga: SagaId,
    /// The hash of the write's intent.
    pub op_hash: String,
    /// The fencing token of the lease under which the write was decided.
    pub fence: u64,
    /// The time after which the write must not be sent.
    pub not_after: DateTime<Utc>,
}

/// The port to DigitalOcean's API.
pub trait Provider: std::fmt::Debug + Send + Sync {
    /// Reads. The implementation may repeat the request. A list is complete or
    /// [`Fault::Transient`], never truncated.
    fn read<'a>(&'a self, account: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>>;

    /// Sends a write once and never repeats it, whatever the method. Returns [`Fault::Transient`]
    /// if `context.not_after` has passed before it is sent.
    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>>;
}
