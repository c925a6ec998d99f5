//! SSH keys, which are installed on new droplets.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/SSH-Keys>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/account/keys", "ssh_key:read");
static GET: Operation = Operation::get("/v2/account/keys/{}", "ssh_key:read");

/// The API calls for SSH keys, from [`Client::ssh_keys`]. DigitalOcean allows 10 lists of them in
/// 60 seconds, in addition to its limits for all calls.
#[derive(Clone, Copy, Debug)]
pub struct SshKeys<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for SSH keys.
    #[must_use]
    pub fn ssh_keys(&self) -> SshKeys<'_> {
        SshKeys { client: self }
    }
}

impl SshKeys<'_> {
    /// Lists the SSH keys: `GET /v2/account/keys`, scope `ssh_key:read`.
    pub fn list(&self) -> Pages<SshKey> {
        Pages::new(self.client, &LIST, &[], "ssh_keys")
    }

    /// Reads one SSH key: `GET /v2/account/keys/{id}`, scope `ssh_key:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such key; any [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<SshKey, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "ssh_key").await
    }
}

/// An SSH key. The model leaves out the public key itself, which is long; its fingerprint
/// identifies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshKey {
    /// Id of the key, a number.
    pub id: u64,
    /// Name of the SSH key, which need not be unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Fingerprint of the key, as SSH shows it.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

impl ListItem for SshKey {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
