//! Uptime checks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Uptime>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/uptime/checks", "uptime:read");
static GET: Operation = Operation::get("/v2/uptime/checks/{}", "uptime:read");

/// Calls on uptime checks.
#[derive(Clone, Copy, Debug)]
pub struct UptimeChecks<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on uptime checks.
    #[must_use]
    pub fn uptime_checks(&self) -> UptimeChecks<'_> {
        UptimeChecks { client: self }
    }
}

impl UptimeChecks<'_> {
    /// `GET /v2/uptime/checks`, scope `uptime:read`.
    pub fn list(&self) -> Pages<UptimeCheck> {
        Pages::new(self.client, &LIST, &[], "checks")
    }

    /// `GET /v2/uptime/checks/{id}`, scope `uptime:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such check; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<UptimeCheck, Error> {
        self.client.get_one(&GET, &[id], "check").await
    }
}

/// An uptime check: what is asked whether it is up, and from where. What it found is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UptimeCheck {
    /// The check's id, a UUID.
    pub id: String,
    /// Name, not unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// `ping`, `http` or `https`.
    #[serde(default, rename = "type")]
    pub check_type: Option<String>,
    /// The URL or host that is asked.
    #[serde(default)]
    pub target: Option<String>,
    /// Where it is asked from, such as `eu_west`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<String>,
    /// Whether it is asked at all.
    #[serde(default)]
    pub enabled: Option<bool>,
}

impl ListItem for UptimeCheck {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
