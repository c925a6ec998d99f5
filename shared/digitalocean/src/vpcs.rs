//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/vpcs", "vpc:read");
static GET: Operation = Operation::get("/v2/vpcs/{}", "vpc:read");

/// Calls on VPC networks.
#[derive(Clone, Copy, Debug)]
pub struct Vpcs<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on VPC networks.
    #[must_use]
    pub fn vpcs(&self) -> Vpcs<'_> {
        Vpcs { client: self }
    }
}

impl Vpcs<'_> {
    /// `GET /v2/vpcs`, scope `vpc:read`. For an account that has none the list may be a 404.
    pub fn list(&self) -> Pages<Vpc> {
        Pages::new(self.client, &LIST, &[], "vpcs")
    }

    /// `GET /v2/vpcs/{id}`, scope `vpc:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such VPC; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Vpc, Error> {
        self.client.get_one(&GET, &[id], "vpc").await
    }
}

/// A VPC network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// The VPC's id, a UUID.
    pub id: String,
    /// Name, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Free text; `None` (or empty) without one.
    #[serde(default)]
    pub description: Option<String>,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// Its addresses, in CIDR notation.
    #[serde(default)]
    pub ip_range: Option<String>,
    /// Whether what is made in its region goes into it unless another is named.
    #[serde(default)]
    pub default: Option<bool>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for Vpc {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
