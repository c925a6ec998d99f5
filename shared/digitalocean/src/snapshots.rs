//! Snapshots of droplets and of volumes.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::pages::{Pages, list_item};

area! {
    /// The API calls for snapshots.
    snapshots: Snapshots;

    /// Lists the snapshots of droplets and of volumes, without automated backups.
    list() -> [Snapshot] = GET "/v2/snapshots", "snapshot:read", "snapshots";

    /// Reads one snapshot. When a backup or another image has the id, the error is
    /// [`Error::Api`](crate::Error::Api) with status 400 ("the resource is not a snapshot").
    get(id: &str) -> Snapshot
        = GET "/v2/snapshots/{id}", "snapshot:read and block_storage_snapshot:read", "snapshot";

    /// Deletes a snapshot. When the response to a first attempt was lost, the result is
    /// [`Error::NotFound`](crate::Error::NotFound), too.
    delete(id: &str) -> () = DELETE "/v2/snapshots/{id}", "image:delete and snapshot:delete";
}

impl Snapshots<'_> {
    /// Lists the snapshots of droplets or of volumes alone, with the query `resource_type=…`. A
    /// snapshot that is being taken is not in the list; a deleted one may be in it for a while.
    pub fn list_by_type(&self, resource_type: &SnapshotResourceType) -> Pages<Snapshot> {
        self.list().filter("resource_type", resource_type.as_str())
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
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions that the snapshot is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Id of the droplet or volume that the snapshot was taken of; that resource may have been
    /// deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_id: String,
    /// Type of the resource that the snapshot was taken of.
    pub resource_type: Option<SnapshotResourceType>,
    /// Size of the smallest disk or volume that the snapshot fits on, in gigabytes.
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

list_item!(Snapshot by id: String);
