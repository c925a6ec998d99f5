//! Snapshots of droplets and of volumes.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/snapshots", "snapshot:read");
static GET: Operation = Operation::get("/v2/snapshots/{}", "snapshot:read and block_storage_snapshot:read");
static DELETE: Operation = Operation::delete("/v2/snapshots/{}", "image:delete and snapshot:delete");

/// The API calls for snapshots, from [`Client::snapshots`].
#[derive(Clone, Copy, Debug)]
pub struct Snapshots<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for snapshots.
    #[must_use]
    pub fn snapshots(&self) -> Snapshots<'_> {
        Snapshots { client: self }
    }
}

impl Snapshots<'_> {
    /// Lists the snapshots of droplets and of volumes, without automated backups:
    /// `GET /v2/snapshots`, scope `snapshot:read`.
    pub fn list(&self) -> Pages<Snapshot> {
        Pages::new(self.client, &LIST, &[], "snapshots")
    }

    /// Lists the snapshots of droplets or of volumes alone: `GET /v2/snapshots?resource_type=…`,
    /// scope `snapshot:read`. A snapshot that is being taken is not in the list; a deleted one may
    /// be in it for a while.
    pub fn list_by_type(&self, resource_type: &SnapshotResourceType) -> Pages<Snapshot> {
        self.list().filter("resource_type", resource_type.as_str())
    }

    /// Reads one snapshot: `GET /v2/snapshots/{id}`, scopes `snapshot:read` and
    /// `block_storage_snapshot:read` together.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing has this id; [`Error::Api`] with status 400 ("the resource
    /// is not a snapshot") when a backup or another image has it; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Snapshot, Error> {
        self.client.get_one(&GET, &[id], "snapshot").await
    }

    /// Deletes a snapshot: `DELETE /v2/snapshots/{id}`, scopes `image:delete` and `snapshot:delete`
    /// together.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing has this id, which is also the result when the response to
    /// a first attempt was lost; any [`Error`] of a call.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        self.client.send_without_result(&DELETE, &[id]).await
    }
}

/// A snapshot of a droplet or of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Id of the snapshot: a number as text for a droplet's snapshot, a UUID for a volume's.
    pub id: String,
    /// Name of the snapshot; unique only among the snapshots of one volume.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Time at which the snapshot was taken.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions that the snapshot is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Id of the droplet or volume that the snapshot was taken of; that resource may have been
    /// deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_id: String,
    /// Type of the resource that the snapshot was taken of.
    #[serde(default)]
    pub resource_type: Option<SnapshotResourceType>,
    /// Size of the smallest disk or volume that the snapshot fits on, in gigabytes.
    #[serde(default)]
    pub min_disk_size: Option<u64>,
    /// Billed size of the snapshot itself, in gigabytes. For a while after the snapshot was taken
    /// it may be 0.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
    /// Tags of the snapshot; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

open_enum! {
    /// The type of the resource that a snapshot was taken of.
    SnapshotResourceType {
        /// A snapshot of a droplet.
        Droplet = "droplet",
        /// A snapshot of a volume.
        Volume = "volume",
    }
}

impl ListItem for Snapshot {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
