//! Uptime checks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Uptime>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for uptime checks.
    uptime_checks: UptimeChecks;

    /// Lists the uptime checks.
    list() -> [UptimeCheck] = GET "/v2/uptime/checks", "uptime:read", "checks";

    /// Reads one uptime check.
    get(id: &str) -> UptimeCheck = GET "/v2/uptime/checks/{id}", "uptime:read", "check";
}

/// An uptime check: a target that is probed from several regions. The model leaves out the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UptimeCheck {
    /// Id of the check, a UUID.
    pub id: String,
    /// Name of the uptime check, which need not be unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Type of the check: `ping`, `http` or `https`.
    #[serde(rename = "type")]
    pub check_type: Option<String>,
    /// URL or host that is probed.
    pub target: Option<String>,
    /// Regions from which the target is probed, such as `eu_west`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// True if the check is enabled; the target is not probed otherwise.
    pub enabled: Option<bool>,
}

list_item!(UptimeCheck by id: String);
