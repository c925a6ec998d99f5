//! Access keys of Spaces. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Spaces-Keys>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/spaces/keys", "spaces_key:read");
static GET: Operation = Operation::get("/v2/spaces/keys/{}", "spaces_key:read");

/// Calls on access keys of Spaces.
#[derive(Clone, Copy, Debug)]
pub struct SpacesKeys<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on access keys of Spaces.
    #[must_use]
    pub fn spaces_keys(&self) -> SpacesKeys<'_> {
        SpacesKeys { client: self }
    }
}

impl SpacesKeys<'_> {
    /// `GET /v2/spaces/keys`, scope `spaces_key:read`.
    pub fn list(&self) -> Pages<SpacesKey> {
        Pages::new(self.client, &LIST, &[], "keys")
    }

    /// `GET /v2/spaces/keys/{access_key}`, scope `spaces_key:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such key; any [`Error`] of a call.
    pub async fn get(&self, access_key: &str) -> Result<SpacesKey, Error> {
        self.client.get_one(&GET, &[access_key], "key").await
    }
}

/// An access key of Spaces. Its secret, which DigitalOcean shows once, when the key is made, is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpacesKey {
    /// The access key's id: what names the key, not what proves it.
    pub access_key: String,
    /// Name, not unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// What it may do.
    #[serde(default, deserialize_with = "null_as_default")]
    pub grants: Vec<SpacesGrant>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

/// What an access key may do with a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpacesGrant {
    /// The bucket's name; empty for all buckets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub bucket: String,
    /// `read`, `readwrite` or `fullaccess`; may be empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub permission: String,
}

impl ListItem for SpacesKey {
    type Key = String;

    fn key(&self) -> String {
        self.access_key.clone()
    }
}
