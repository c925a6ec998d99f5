//! Reserved IPv6 addresses.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Reserved-IPv6>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::pages::list_item;
use crate::reserved_ips::IpAssignment;

area! {
    /// The API calls for reserved IPv6 addresses.
    reserved_ipv6s: ReservedIpv6s;

    /// Lists the reserved IPv6 addresses.
    list() -> [ReservedIpv6] = GET "/v2/reserved_ipv6", "reserved_ip:read", "reserved_ipv6s";

    /// Reads one reserved IPv6 address.
    get(ip: &str) -> ReservedIpv6 = GET "/v2/reserved_ipv6/{ip}", "reserved_ip:read", "reserved_ipv6";
}

/// An IPv6 address that is reserved for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedIpv6 {
    /// The address, which is also its id.
    pub ip: String,
    /// Slug of the region that the address is reserved in.
    pub region_slug: Option<String>,
    /// Time at which the address was reserved.
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

list_item!(ReservedIpv6 by ip: String);
