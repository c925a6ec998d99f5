//! Images: DigitalOcean's own, and those of the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Images>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/images", "image:read");
static GET: Operation = Operation::get("/v2/images/{}", "image:read");

/// Calls on images.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on images.
    #[must_use]
    pub fn images(&self) -> Images<'_> {
        Images { client: self }
    }
}

impl Images<'_> {
    /// `GET /v2/images?private=true`, scope `image:read`: the account's own images of every type, among them droplet
    /// snapshots and backups. DigitalOcean has no list of one of these types alone (its filter `type` means another
    /// thing).
    pub fn list_private(&self) -> Pages<Image> {
        Pages::new(self.client, &LIST, &[], "images").filter("private", "true")
    }

    /// `GET /v2/images/{id}`, scope `image:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such image; any [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<Image, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "image").await
    }
}

/// An image. Snapshots and backups of droplets are images too; they share one space of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The image's id.
    pub id: u64,
    /// Name, not unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Where it comes from.
    #[serde(default, rename = "type")]
    pub image_type: Option<ImageType>,
    /// Distribution, such as `Ubuntu`.
    #[serde(default)]
    pub distribution: Option<String>,
    /// Slug of a public image.
    #[serde(default)]
    pub slug: Option<String>,
    /// Whether everyone may use it.
    #[serde(default)]
    pub public: bool,
    /// Slugs of the regions it is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Smallest disk it fits on, in gigabytes.
    #[serde(default)]
    pub min_disk_size: Option<u64>,
    /// Its own size, in gigabytes; `None` while a custom image is being imported.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
    /// Free text.
    #[serde(default)]
    pub description: Option<String>,
    /// Its tags. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// The state of a custom image.
    #[serde(default)]
    pub status: Option<ImageStatus>,
}

open_enum! {
    /// Where an image comes from.
    ImageType {
        /// DigitalOcean's own.
        Base = "base",
        /// A user's snapshot.
        Snapshot = "snapshot",
        /// An automated backup.
        Backup = "backup",
        /// Uploaded by a user.
        Custom = "custom",
        /// For the services DigitalOcean runs for a user.
        Admin = "admin",
    }
}

open_enum! {
    /// The state of a custom image.
    ImageStatus {
        /// Registered, and not imported yet.
        New = "NEW",
        /// Ready for use.
        Available = "available",
        /// Being imported.
        Pending = "pending",
        /// Gone, though DigitalOcean still speaks of it.
        Deleted = "deleted",
        /// Withdrawn.
        Retired = "retired",
    }
}

impl ListItem for Image {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
