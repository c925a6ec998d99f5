//! Access keys of Spaces, DigitalOcean's object storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Spaces-Keys>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for access keys of Spaces.
    spaces_keys: SpacesKeys;

    /// Lists the access keys.
    list() -> [SpacesKey] = GET "/v2/spaces/keys", "spaces_key:read", "keys";

    /// Reads one access key.
    get(access_key: &str) -> SpacesKey = GET "/v2/spaces/keys/{access_key}", "spaces_key:read", "key";
}

/// An access key of Spaces. The model leaves out its secret, which DigitalOcean shows only once,
/// when the key is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpacesKey {
    /// Id of the access key, which identifies the key and is not a secret.
    pub access_key: String,
    /// Name of the access key, which need not be unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Permissions of the key, by bucket.
    #[serde(default, deserialize_with = "null_as_default")]
    pub grants: Vec<SpacesGrant>,
    /// Creation time of the access key.
    pub created_at: Option<DateTime<Utc>>,
}

/// A permission of an access key for a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpacesGrant {
    /// Name of the bucket; empty for all buckets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub bucket: String,
    /// Permission: `read`, `readwrite` or `fullaccess`; may be empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub permission: String,
}

list_item!(SpacesKey by access_key: String);
