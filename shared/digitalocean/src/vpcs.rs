//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/vpcs", "vpc:read");
static GET: Operation = Operation::get("/v2/vpcs/{}", "vpc:read");

/// The API calls for VPC networks, from [`Client::vpcs`].
#[derive(Clone, Copy, Debug)]
pub struct Vpcs<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for VPC networks.
    #[must_use]
    pub fn vpcs(&self) -> Vpcs<'_> {
        Vpcs { client: self }
    }
}

impl Vpcs<'_> {
    /// Lists the VPC networks: `GET /v2/vpcs`, scope `vpc:read`. For an account without any, the
    /// call may return 404.
    pub fn list(&self) -> Pages<Vpc> {
        Pages::new(self.client, &LIST, &[], "vpcs")
    }

    /// Reads one VPC: `GET /v2/vpcs/{id}`, scope `vpc:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such VPC; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Vpc, Error> {
        self.client.get_one(&GET, &[id], "vpc").await
    }
}

/// A VPC network, private to the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// The VPC's id, a UUID.
    pub id: String,
    /// Unique name of the VPC.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Free text that describes the VPC; `None` (or empty) without one.
    #[serde(default)]
    pub description: Option<String>,
    /// Slug of the region that the VPC is in.
    #[serde(default)]
    pub region: Option<String>,
    /// Address range of the VPC, in CIDR notation.
    #[serde(default)]
    pub ip_range: Option<String>,
    /// True if the VPC is the default of its region, into which new resources go unless another VPC
    /// is named.
    #[serde(default)]
    pub default: Option<bool>,
    /// Creation time of the VPC.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for Vpc {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
