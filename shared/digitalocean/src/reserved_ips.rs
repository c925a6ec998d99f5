//! Reserved IPv4 addresses, formerly called floating IPs.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPs>
//!
//! `/v2/floating_ips` lists the same addresses under the old name.

use serde::{Deserialize, Serialize};

use crate::droplets::Region;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/reserved_ips", "reserved_ip:read");
static GET: Operation = Operation::get("/v2/reserved_ips/{}", "reserved_ip:read");

/// The API calls for reserved IPv4 addresses, from [`Client::reserved_ips`].
#[derive(Clone, Copy, Debug)]
pub struct ReservedIps<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for reserved IPv4 addresses.
    #[must_use]
    pub fn reserved_ips(&self) -> ReservedIps<'_> {
        ReservedIps { client: self }
    }
}

impl ReservedIps<'_> {
    /// Lists the reserved IPv4 addresses: `GET /v2/reserved_ips`, scope `reserved_ip:read`.
    pub fn list(&self) -> Pages<ReservedIp> {
        Pages::new(self.client, &LIST, &[], "reserved_ips")
    }

    /// Reads one reserved IPv4 address: `GET /v2/reserved_ips/{ip}`, scope `reserved_ip:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such address; any [`Error`] of a call.
    pub async fn get(&self, ip: &str) -> Result<ReservedIp, Error> {
        self.client.get_one(&GET, &[ip], "reserved_ip").await
    }
}

/// An IPv4 address that is reserved for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedIp {
    /// The address, which is also its id.
    pub ip: String,
    /// Region that the address is reserved in.
    #[serde(default)]
    pub region: Option<Region>,
    /// Droplet that the address is assigned to.
    #[serde(default, rename = "droplet")]
    pub assignment: IpAssignment,
    /// True if the address is locked because it is being assigned or unassigned.
    #[serde(default)]
    pub locked: bool,
    /// Id of the project that the address is in; `None` when the token may not read projects.
    #[serde(default)]
    pub project_id: Option<String>,
}

/// The assignment of a reserved address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<DropletReference>", into = "Option<DropletReference>")]
pub enum IpAssignment {
    /// Assigned to the droplet with this id.
    Droplet(u64),
    /// Assigned to no droplet.
    Unassigned,
    /// Unknown, because the token may not read droplets.
    #[default]
    NotVisible,
}

/// The droplet in a reserved address. Of the whole droplet only the id is read.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct DropletReference {
    #[serde(default)]
    id: Option<u64>,
}

impl From<Option<DropletReference>> for IpAssignment {
    fn from(droplet: Option<DropletReference>) -> Self {
        match droplet {
            Some(DropletReference { id: Some(id) }) => Self::Droplet(id),
            Some(DropletReference { id: None }) => Self::NotVisible,
            None => Self::Unassigned,
        }
    }
}

impl From<IpAssignment> for Option<DropletReference> {
    fn from(assignment: IpAssignment) -> Self {
        match assignment {
            IpAssignment::Droplet(id) => Some(DropletReference { id: Some(id) }),
            IpAssignment::NotVisible => Some(DropletReference { id: None }),
            IpAssignment::Unassigned => None,
        }
    }
}

impl ListItem for ReservedIp {
    type Key = String;

    fn key(&self) -> String {
        self.ip.clone()
    }
}
