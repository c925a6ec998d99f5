//! SSH keys, which are installed on new droplets.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/SSH-Keys>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for SSH keys. DigitalOcean allows 10 lists of them in 60 seconds, in addition
    /// to its limits for all calls.
    ssh_keys: SshKeys;

    /// Lists the SSH keys.
    list() -> [SshKey] = GET "/v2/account/keys", "ssh_key:read", "ssh_keys";

    /// Reads one SSH key.
    get(id: u64) -> SshKey = GET "/v2/account/keys/{id}", "ssh_key:read", "ssh_key";
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
    pub fingerprint: Option<String>,
}

list_item!(SshKey by id: u64);
