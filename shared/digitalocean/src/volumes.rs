//! Volumes of block storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::droplets::Region;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for volumes.
    volumes: Volumes;

    /// Lists the volumes of all regions.
    list() -> [Volume] = GET "/v2/volumes", "block_storage:read", "volumes";

    /// Reads one volume by its id.
    get(id: &str) -> Volume = GET "/v2/volumes/{id}", "block_storage:read", "volume";
}

/// A volume of block storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The volume's id, a UUID.
    pub id: String,
    /// Name, unique within its region.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Region that the volume is in.
    pub region: Option<Region>,
    /// Ids of the droplets that the volume is attached to; so far DigitalOcean allows at most one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Free text that describes the volume.
    pub description: Option<String>,
    /// Size of the volume, in gibibytes despite the name.
    pub size_gigabytes: Option<u64>,
    /// Creation time of the volume.
    pub created_at: Option<DateTime<Utc>>,
    /// Filesystem with which the volume was created, such as `ext4`; `None` or empty without one.
    pub filesystem_type: Option<String>,
    /// Label of that filesystem; `None` or empty without one.
    pub filesystem_label: Option<String>,
    /// Tags of the volume; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

list_item!(Volume by id: String);
