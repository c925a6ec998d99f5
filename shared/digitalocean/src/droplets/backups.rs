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
    /// `GET /v2/droplets/{id}/backups`, scope `droplet:read`: every backup of a droplet, also one that is off. A list of a droplet that does
    /// not exist is [`Error::NotFound`](crate::Error::NotFound).
    pub fn backups(&self, id: u64) -> Pages<DropletBackup> {
        Pages::new(self.client, &LIST, &[&id.to_string()], "backups")
    }
}

/// An automated backup. It is an image too, and does not say whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropletBackup {
    /// The backup's id: among images, not among backups alone.
    pub id: u64,
    /// Name, which DigitalOcean makes of the droplet's and a date.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// When it was taken.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions it is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// The smallest disk it fits on, in gigabytes.
    #[serde(default)]
    pub min_disk_size: Option<u64>,
    /// Its own size, in gigabytes.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
}

impl ListItem for DropletBackup {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
