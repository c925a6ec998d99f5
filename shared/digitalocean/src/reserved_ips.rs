//! Reserved IPv4 addresses, formerly called floating IPs.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPs>
//!
//! `/v2/floating_ips` lists the same addresses under the old name.

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::droplets::Region;
use crate::pages::list_item;

area! {
    /// The API calls for reserved IPv4 addresses.
    reserved_ips: ReservedIps;

    /// Lists the reserved IPv4 addresses.
    list() -> [ReservedIp] = GET "/v2/reserved_ips", "reserved_ip:read", "reserved_ips";

    /// Reads one reserved IPv4 address.
    get(ip: &str) -> ReservedIp = GET "/v2/reserved_ips/{ip}", "reserved_ip:read", "reserved_ip";
}

/// An IPv4 address that is reserved for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedIp {
    /// The address, which is also its id.
    pub ip: String,
    /// Region that the address is reserved in.
    pub region: Option<Region>,
    /// Droplet that the address is assigned to.
    #[serde(default, rename = "droplet")]
    pub assignment: IpAssignment,
    /// True if the address is locked because it is being assigned or unassigned.
    #[serde(default)]
    pub locked: bool,
    /// Id of the project that the address is in; `None` when the token may not read projects.
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

list_item!(ReservedIp by ip: String);
