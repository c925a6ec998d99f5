//! Access keys of Spaces, DigitalOcean's object storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Spaces-Keys>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/spaces/keys", "spaces_key:read");
static GET: Operation = Operation::get("/v2/spaces/keys/{}", "spaces_key:read");

/// The API calls for access keys of Spaces, from [`Client::spaces_keys`].
#[derive(Clone, Copy, Debug)]
pub struct SpacesKeys<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for access keys of Spaces.
    #[must_use]
    pub fn spaces_keys(&self) -> SpacesKeys<'_> {
        SpacesKeys { client: self }
    }
}

impl SpacesKeys<'_> {
    /// Lists the access keys: `GET /v2/spaces/keys`, scope `spaces_key:read`.
    pub fn list(&self) -> Pages<SpacesKey> {
        Pages::new(self.client, &LIST, &[], "keys")
    }

    /// Reads one access key: `GET /v2/spaces/keys/{access_key}`, scope `spaces_key:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such key; any [`Error`] of a call.
    pub async fn get(&self, access_key: &str) -> Result<SpacesKey, Error> {
        self.client.get_one(&GET, &[access_key], "key").await
    }
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
    #[serde(default)]
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

impl ListItem for SpacesKey {
    type Key = String;

    fn key(&self) -> String {
        self.access_key.clone()
    }
}
