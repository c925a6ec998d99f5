//! Snapshots of droplets and of volumes. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

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

/// Calls on snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Snapshots<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on snapshots.
    #[must_use]
    pub fn snapshots(&self) -> Snapshots<'_> {
        Snapshots { client: self }
    }
}

impl Snapshots<'_> {
    /// `GET /v2/snapshots`, scope `snapshot:read`: snapshots of droplets and of volumes, without the automated backups.
    pub fn list(&self) -> Pages<Snapshot> {
        Pages::new(self.client, &LIST, &[], "snapshots")
    }

    /// `GET /v2/snapshots?resource_type=…`, scope `snapshot:read`: the same of droplets or of volumes alone. A snapshot that is being
    /// taken is not listed, one that was deleted may be for a while.
    pub fn list_by_type(&self, resource_type: &SnapshotResourceType) -> Pages<Snapshot> {
        self.list().filter("resource_type", resource_type.as_str())
    }

    /// `GET /v2/snapshots/{id}`, scopes `snapshot:read` and `block_storage_snapshot:read` together.
    ///
    /// # Errors [`Error::NotFound`] when nothing has this id; [`Error::Api`] with status 400 ("the resource is not a
    /// snapshot") when a backup or another image has it; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Snapshot, Error> {
        self.client.get_one(&GET, &[id], "snapshot").await
    }

    /// `DELETE /v2/snapshots/{id}`, scopes `image:delete` and `snapshot:delete` together.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing has this id, as after a first attempt whose answer was lost; any [`Error`] of a call.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        self.client.send_without_result(&DELETE, &[id]).await
    }
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The snapshot's id: a number as text for one of a droplet, a UUID for one of a volume.
    pub id: String,
    /// Name; unique only among the snapshots of one volume.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// When it was taken.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions it is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// The id of what it was taken of, which may be gone.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_id: String,
    /// What it was taken of.
    #[serde(default)]
    pub resource_type: Option<SnapshotResourceType>,
    /// The smallest disk or volume it fits on, in gigabytes.
    #[serde(default)]
    pub min_disk_size: Option<u64>,
    /// Its own size, which is billed, in gigabytes. It may be 0 for a while after it was taken.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
    /// Its tags. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

open_enum! {
    /// What a snapshot was taken of.
    SnapshotResourceType {
        /// A droplet.
        Droplet = "droplet",
        /// A volume.
        Volume = "volume",
    }
}

impl ListItem for Snapshot {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
