//! Images: DigitalOcean's own, and those of the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Images>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for images.
    images: Images;

    /// Lists the account's own images of every type, including droplet snapshots and backups.
    /// DigitalOcean has no list of one of these types alone; its filter `type` has another meaning.
    list_private() -> [Image] = GET "/v2/images?private=true", "image:read", "images";

    /// Reads one image by its number.
    get(id: u64) -> Image = GET "/v2/images/{id}", "image:read", "image";
}

/// An image. Snapshots and backups of droplets are also images; all of them share one set of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Id of the image, a number.
    pub id: u64,
    /// Name of the image, which need not be unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Origin of the image, such as a snapshot or an upload.
    #[serde(rename = "type")]
    pub image_type: Option<ImageType>,
    /// Linux distribution of the image, such as `Ubuntu`.
    pub distribution: Option<String>,
    /// Slug of the image; only public images have one.
    pub slug: Option<String>,
    /// True if every account may use the image.
    #[serde(default)]
    pub public: bool,
    /// Slugs of the regions that the image is available in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Creation time of the image.
    pub created_at: Option<DateTime<Utc>>,
    /// Size of the smallest disk that the image fits on, in gigabytes.
    pub min_disk_size: Option<u64>,
    /// Size of the image itself, in gigabytes; `None` while a custom image is being imported.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub size_gigabytes: Option<Decimal>,
    /// Free text that describes the image.
    pub description: Option<String>,
    /// Tags of the image; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// State of the image; only custom images have one.
    pub status: Option<ImageStatus>,
}

open_enum! {
    /// The origin of an image.
    ImageType {
        /// An image that DigitalOcean provides.
        Base = "base",
        /// A snapshot that a user took.
        Snapshot = "snapshot",
        /// An automated backup of a droplet.
        Backup = "backup",
        /// An image that a user uploaded.
        Custom = "custom",
        /// An image for the services that DigitalOcean runs for a user.
        Admin = "admin",
    }
}

open_enum! {
    /// The state of a custom image.
    ImageStatus {
        /// The image is registered and not imported yet.
        New = "NEW",
        /// The image is ready for use.
        Available = "available",
        /// The image is being imported.
        Pending = "pending",
        /// The image is deleted, although DigitalOcean still returns it.
        Deleted = "deleted",
        /// The image has been withdrawn.
        Retired = "retired",
    }
}

list_item!(Image by id: u64);
