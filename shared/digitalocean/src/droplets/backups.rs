//! The automated backups of a droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#operation/droplets_list_backups>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::pages::list_item;

/// An automated backup. It is also an image, and it does not name its droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropletBackup {
    /// Id of the backup. It is unique among all images, not only among backups.
    pub id: u64,
    /// Name of the backup, which DigitalOcean builds from the droplet's name and a date.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Time at which the backup was taken.
    pub created_at: Option<DateTime<Utc>>,
    /// Slugs of the regions that the backup is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Size of the smallest disk that the backup fits on, in gigabytes.
    pub min_disk_size: Option<u64>,
    /// Size of the backup itself, in gigabytes.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
}

list_item!(DropletBackup by id: u64);
