//! DigitalOcean: just the calls that steps need, and what each answer allows to conclude.
//!
//! DigitalOcean has no idempotency keys and no conditional writes, so no lease reaches it. A write is sent once, by whoever has just made
//! its intent durable, and never after its [`WriteContext::not_after`].

use chrono::{DateTime, Utc};
use domain::AccountId;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::record::SagaId;

/// A read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "read")]
pub enum ReadRequest {
    /// `GET /v2/domains/{zone}/records`: every record of a zone, all pages or none.
    Records {
        /// The zone.
        zone: String,
    },
    /// `GET /v2/domains/{zone}/records/{id}`.
    Record {
        /// The zone.
        zone: String,
        /// The record's id.
        id: u64,
    },
    /// `GET /v2/droplets/{id}`.
    Droplet {
        /// The droplet's id.
        id: u64,
    },
    /// `GET /v2/droplets/{id}/actions`: its newest actions, at least all of the last day.
    DropletActions {
        /// The droplet's id.
        id: u64,
    },
    /// `GET /v2/actions/{id}`.
    Action {
        /// The action's id.
        id: u64,
    },
    /// `GET /v2/snapshots?resource_type=droplet`: every snapshot of a droplet in the account, all pages or none.
    DropletSnapshots,
}

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadResult {
    /// Of [`ReadRequest::Records`].
    Records(Vec<Record>),
    /// Of [`ReadRequest::Record`].
    Record(Record),
    /// Of [`ReadRequest::Droplet`].
    Droplet(ObservedDroplet),
    /// Of [`ReadRequest::DropletActions`].
    Actions(Vec<ObservedAction>),
    /// Of [`ReadRequest::Action`].
    Action(ObservedAction),
    /// Of [`ReadRequest::DropletSnapshots`].
    Snapshots(Vec<ObservedSnapshot>),
}

/// A write, with exactly what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "write")]
pub enum WriteRequest {
    /// `POST /v2/domains/{zone}/records`.
    CreateRecord {
        /// The zone.
        zone: String,
        /// What is sent.
        record: RecordFields,
        /// The id of the record that it makes again, with an id of its own; nothing that is sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<u64>,
    },
    /// `PUT /v2/domains/{zone}/records/{id}`.
    UpdateRecord {
        /// The zone.
        zone: String,
        /// The record's id.
        id: u64,
        /// What is sent: every field, as DigitalOcean validates what it keeps again.
        record: RecordFields,
    },
    /// `DELETE /v2/domains/{zone}/records/{id}`.
    DeleteRecord {
        /// The zone.
        zone: String,
        /// The record's id.
        id: u64,
        /// The record, as far as it is known: for the ledger; nothing that is sent.
        record: RecordFields,
    },
    /// `POST /v2/droplets/{id}/actions` with `{"type": "snapshot", "name": …}`.
    SnapshotDroplet {
        /// The droplet's id.
        id: u64,
        /// The snapshot's name.
        name: String,
    },
    /// `DELETE /v2/snapshots/{id}`.
    DeleteSnapshot {
        /// The snapshot's id.
        id: String,
    },
}

impl WriteRequest {
    /// Whether it deletes: that what it deletes is gone already then is as good as having deleted it.
    #[must_use]
    pub fn deletes(&self) -> bool {
        matches!(self, Self::DeleteRecord { .. } | Self::DeleteSnapshot { .. })
    }
}

/// What a write made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteResult {
    /// A record, or its new form.
    Record(Record),
    /// An action that goes on by itself.
    Action(ObservedAction),
    /// A snapshot that was found under the name that was asked for.
    Snapshot(ObservedSnapshot),
    /// Nothing that has an id.
    Nothing,
}

/// A DNS record's fields: in a write as sent (host names end with a dot), in a read as shown (they do not, and `@` is the zone).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordFields {
    /// `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SOA`, `SRV`, `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Relative to the zone; `@` is the zone itself.
    pub name: String,
    /// What the name stands for.
    pub data: String,
    /// Time to live, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Of MX and SRV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Of SRV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Of SRV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Of CAA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<u32>,
    /// Of CAA: `issue`, `issuewild` or `iodef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A DNS record as DigitalOcean shows it. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// Its id, which stays when it changes.
    pub id: u64,
    /// All else.
    #[serde(flatten)]
    pub fields: RecordFields,
}

/// What a plan tells of a droplet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedDroplet {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its disk, in gigabytes: no snapshot of it is larger.
    pub disk_gigabytes: u64,
}

/// How an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionStatus {
    /// It goes on.
    InProgress,
    /// It is done.
    Completed,
    /// It failed; DigitalOcean does not say why.
    Errored,
}

/// An action. It does not say which snapshot it made. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Actions>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAction {
    /// Its id.
    pub id: u64,
    /// What it does: `snapshot`, `power_off`, ...
    #[serde(rename = "type")]
    pub action_type: String,
    /// How it stands.
    pub status: ActionStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

/// A snapshot of a droplet. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedSnapshot {
    /// Its id.
    pub id: String,
    /// Its name; several may have the same.
    pub name: String,
    /// When it was taken: when its action began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// The droplet it was taken of, which may be gone.
    pub droplet_id: String,
}

/// What an answer, or its lack, allows to conclude. The texts are DigitalOcean's, for people; no token is ever in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 404: what the path names is not there.
    #[error("not found ({0})")]
    NotFound(String),
    /// 400, 409, 422: it will not do this, however often it is asked.
    #[error("refused ({0})")]
    Refused(String),
    /// 422, "Droplet already has a pending event.": not now.
    #[error("the droplet has a pending event")]
    PendingEvent,
    /// A write was sent and its outcome is not known: no answer, half an answer, 5xx.
    #[error("no usable answer ({0})")]
    Ambiguous(String),
    /// It was certainly not carried out, and may be another time: no connection, the time was up before it was sent; of a read, any
    /// failure that passes.
    #[error("failed ({0})")]
    Transient(String),
    /// 429, or the shared budget is spent.
    #[error("limited until {until}")]
    Limited {
        /// When to come back.
        until: DateTime<Utc>,
    },
    /// 401, 403: the token is not accepted, or may not do this.
    #[error("the token was not accepted ({0})")]
    Unauthorised(String),
}

/// What a write bears, for the request's headers and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteContext {
    /// The saga.
    pub saga: SagaId,
    /// The intent.
    pub op_hash: String,
    /// The lease it was decided under.
    pub fence: u64,
    /// After this it must not be sent.
    pub not_after: DateTime<Utc>,
}

/// DigitalOcean.
pub trait Provider: std::fmt::Debug + Send + Sync {
    /// Reads. It may repeat itself; a list is whole or [`Fault::Transient`], never short.
    fn read<'a>(&'a self, account: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>>;

    /// Sends a write, once: it never repeats it, whatever the method, and answers [`Fault::Transient`] where `context.not_after` has passed
    /// before it is sent.
    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>>;
}
