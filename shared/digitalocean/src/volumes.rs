//! Volumes of block storage. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::droplets::Region;
use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/volumes", "block_storage:read");
static GET: Operation = Operation::get("/v2/volumes/{}", "block_storage:read");

/// Calls on volumes.
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on volumes.
    #[must_use]
    pub fn volumes(&self) -> Volumes<'_> {
        Volumes { client: self }
    }
}

impl Volumes<'_> {
    /// `GET /v2/volumes`, scope `block_storage:read`: the volumes of all regions.
    pub fn list(&self) -> Pages<Volume> {
        Pages::new(self.client, &LIST, &[], "volumes")
    }

    /// `GET /v2/volumes/{id}`, scope `block_storage:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such volume; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Volume, Error> {
        self.client.get_one(&GET, &[id], "volume").await
    }
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The volume's id, a UUID.
    pub id: String,
    /// Name, unique within its region.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The region it is in.
    #[serde(default)]
    pub region: Option<Region>,
    /// The droplets it is attached to: one at the most, so far.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Free text.
    #[serde(default)]
    pub description: Option<String>,
    /// Its size, in gibibytes.
    #[serde(default)]
    pub size_gigabytes: Option<u64>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// The filesystem that it was given when it was made, such as `ext4`; `None` or empty without.
    #[serde(default)]
    pub filesystem_type: Option<String>,
    /// That filesystem's label.
    #[serde(default)]
    pub filesystem_label: Option<String>,
    /// Its tags. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

impl ListItem for Volume {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
