//! SSH keys, which new droplets are given. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/SSH-Keys>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/account/keys", "ssh_key:read");
static GET: Operation = Operation::get("/v2/account/keys/{}", "ssh_key:read");

/// Calls on SSH keys. DigitalOcean allows 10 lists of them in 60 seconds, besides its limits for all calls.
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on SSH keys.
    #[must_use]
    pub fn ssh_keys(&self) -> SshKeys<'_> {
        SshKeys { client: self }
    }
}

impl SshKeys<'_> {
    /// `GET /v2/account/keys`, scope `ssh_key:read`.
    pub fn list(&self) -> Pages<SshKey> {
        Pages::new(self.client, &LIST, &[], "ssh_keys")
    }

    /// `GET /v2/account/keys/{id}`, scope `ssh_key:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such key; any [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<SshKey, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "ssh_key").await
    }
}

/// An SSH key. The public key itself is not read: it is long, and its fingerprint tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshKey {
    /// The key's id.
    pub id: u64,
    /// Name, not unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The key's fingerprint, as SSH shows it.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

impl ListItem for SshKey {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
