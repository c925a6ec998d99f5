//! Uptime checks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Uptime>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/uptime/checks", "uptime:read");
static GET: Operation = Operation::get("/v2/uptime/checks/{}", "uptime:read");

/// The API calls for uptime checks, from [`Client::uptime_checks`].
#[derive(Clone, Copy, Debug)]
pub struct UptimeChecks<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for uptime checks.
    #[must_use]
    pub fn uptime_checks(&self) -> UptimeChecks<'_> {
        UptimeChecks { client: self }
    }
}

impl UptimeChecks<'_> {
    /// Lists the uptime checks: `GET /v2/uptime/checks`, scope `uptime:read`.
    pub fn list(&self) -> Pages<UptimeCheck> {
        Pages::new(self.client, &LIST, &[], "checks")
    }

    /// Reads one uptime check: `GET /v2/uptime/checks/{id}`, scope `uptime:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such check; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<UptimeCheck, Error> {
        self.client.get_one(&GET, &[id], "check").await
    }
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
    #[serde(default, rename = "type")]
    pub check_type: Option<String>,
    /// URL or host that is probed.
    #[serde(default)]
    pub target: Option<String>,
    /// Regions from which the target is probed, such as `eu_west`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// True if the check is enabled; the target is not probed otherwise.
    #[serde(default)]
    pub enabled: Option<bool>,
}

impl ListItem for UptimeCheck {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
