//! The automated backups of a droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#operation/droplets_list_backups>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Droplets;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};

static LIST: Operation = Operation::get("/v2/droplets/{}/backups", "droplet:read");

impl Droplets<'_> {
    /// Lists every backup of a droplet, including a droplet that is powered off:
    /// `GET /v2/droplets/{id}/backups`, scope `droplet:read`. For a droplet that does not exist the
    /// list fails with [`Error::NotFound`](crate::Error::NotFound).
    pub fn backups(&self, id: u64) -> Pages<DropletBackup> {
        Pages::new(self.client, &LIST, &[&id.to_string()], "backups")
    }
}

/// An automated backup. It is also an image, and it does not name its droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropletBackup {
    /// Id of the backup. It is unique among all images, not only among backups.
    pub id: u64,
    /// Name of the backup, which DigitalOcean builds from the droplet's name and a date.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Time at which the backup was taken.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions that the backup is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Size of the smallest disk that the backup fits on, in gigabytes.
    #[serde(default)]
    pub min_disk_size: Option<u64>,
    /// Size of the backup itself, in gigabytes.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
}

impl ListItem for DropletBackup {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
