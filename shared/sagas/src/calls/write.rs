//! Writes to DigitalOcean's API, as the ledger keeps them.

use serde::{Deserialize, Serialize};

use super::{ObservedAction, ObservedSnapshot, Record, RecordFields};

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
