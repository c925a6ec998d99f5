//! Address ranges that a user brings to DigitalOcean (BYOIP).
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/BYOIP-Prefixes>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for BYOIP prefixes.
    byoip_prefixes: ByoipPrefixes;

    /// Lists the BYOIP prefixes.
    list() -> [ByoipPrefix] = GET "/v2/byoip_prefixes", "byoip_prefix:read", "byoip_prefixes";

    /// Reads one BYOIP prefix.
    get(uuid: &str) -> ByoipPrefix = GET "/v2/byoip_prefixes/{uuid}", "byoip_prefix:read", "byoip_prefix";
}

/// A BYOIP prefix. DigitalOcean does not send its creation time; the model leaves out the
/// validations that it goes through before it is advertised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByoipPrefix {
    /// The prefix's id, a UUID.
    pub uuid: String,
    /// Name of the prefix; usually empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Address range, in CIDR notation.
    #[serde(default, deserialize_with = "null_as_default")]
    pub prefix: String,
    /// State of the prefix, such as `active` or `in_progress`. DigitalOcean has no list of its
    /// values.
    pub status: Option<String>,
    /// Slug of the region that the prefix is in.
    pub region: Option<String>,
    /// True if DigitalOcean announces the range to the internet.
    pub advertised: Option<bool>,
    /// True if the prefix is locked against changes.
    pub locked: Option<bool>,
    /// Id of the project that the prefix is in.
    pub project_id: Option<String>,
}

list_item!(ByoipPrefix by uuid: String);
