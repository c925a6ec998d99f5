//! Volumes of block storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::droplets::Region;
use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/volumes", "block_storage:read");
static GET: Operation = Operation::get("/v2/volumes/{}", "block_storage:read");

/// The API calls for volumes, from [`Client::volumes`].
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for volumes.
    #[must_use]
    pub fn volumes(&self) -> Volumes<'_> {
        Volumes { client: self }
    }
}

impl Volumes<'_> {
    /// Lists the volumes of all regions: `GET /v2/volumes`, scope `block_storage:read`.
    pub fn list(&self) -> Pages<Volume> {
        Pages::new(self.client, &LIST, &[], "volumes")
    }

    /// Reads one volume: `GET /v2/volumes/{id}`, scope `block_storage:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such volume; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Volume, Error> {
        self.client.get_one(&GET, &[id], "volume").await
    }
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
    #[serde(default)]
    pub region: Option<Region>,
    /// Ids of the droplets that the volume is attached to; so far DigitalOcean allows at most one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Free text that describes the volume.
    #[serde(default)]
    pub description: Option<String>,
    /// Size of the volume, in gibibytes despite the name.
    #[serde(default)]
    pub size_gigabytes: Option<u64>,
    /// Creation time of the volume.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Filesystem with which the volume was created, such as `ext4`; `None` or empty without one.
    #[serde(default)]
    pub filesystem_type: Option<String>,
    /// Label of that filesystem; `None` or empty without one.
    #[serde(default)]
    pub filesystem_label: Option<String>,
    /// Tags of the volume; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

impl ListItem for Volume {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
