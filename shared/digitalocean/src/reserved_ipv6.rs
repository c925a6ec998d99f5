//! Reserved IPv6 addresses.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPv6>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::reserved_ips::IpAssignment;
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/reserved_ipv6", "reserved_ip:read");
static GET: Operation = Operation::get("/v2/reserved_ipv6/{}", "reserved_ip:read");

/// The API calls for reserved IPv6 addresses, from [`Client::reserved_ipv6s`].
#[derive(Clone, Copy, Debug)]
pub struct ReservedIpv6s<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for reserved IPv6 addresses.
    #[must_use]
    pub fn reserved_ipv6s(&self) -> ReservedIpv6s<'_> {
        ReservedIpv6s { client: self }
    }
}

impl ReservedIpv6s<'_> {
    /// Lists the reserved IPv6 addresses: `GET /v2/reserved_ipv6`, scope `reserved_ip:read`.
    pub fn list(&self) -> Pages<ReservedIpv6> {
        Pages::new(self.client, &LIST, &[], "reserved_ipv6s")
    }

    /// Reads one reserved IPv6 address: `GET /v2/reserved_ipv6/{ip}`, scope `reserved_ip:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such address; any [`Error`] of a call.
    pub async fn get(&self, ip: &str) -> Result<ReservedIpv6, Error> {
        self.client.get_one(&GET, &[ip], "reserved_ipv6").await
    }
}

/// An IPv6 address that is reserved for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedIpv6 {
    /// The address, which is also its id.
    pub ip: String,
    /// Slug of the region that the address is reserved in.
    #[serde(default)]
    pub region_slug: Option<String>,
    /// Time at which the address was reserved.
    #[serde(default)]
    pub reserved_at: Option<DateTime<Utc>>,
    /// Droplet that the address is assigned to. The list omits the droplet of an address that is
    /// not assigned and, as far as is known, of one whose droplet the token may not read. Both are
    /// read as [`IpAssignment::Unassigned`].
    #[serde(default = "unassigned", rename = "droplet")]
    pub assignment: IpAssignment,
}

fn unassigned() -> IpAssignment {
    IpAssignment::Unassigned
}

impl ListItem for ReservedIpv6 {
    type Key = String;

    fn key(&self) -> String {
        self.ip.clone()
    }
}
