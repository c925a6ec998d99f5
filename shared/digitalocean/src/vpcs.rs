//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for VPC networks.
    vpcs: Vpcs;

    /// Lists the VPC networks. For an account without any, the call may return 404.
    list() -> [Vpc] = GET "/v2/vpcs", "vpc:read", "vpcs";

    /// Reads one VPC network.
    get(id: &str) -> Vpc = GET "/v2/vpcs/{id}", "vpc:read", "vpc";
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
    pub description: Option<String>,
    /// Slug of the region that the VPC is in.
    pub region: Option<String>,
    /// Address range of the VPC, in CIDR notation.
    pub ip_range: Option<String>,
    /// True if the VPC is the default of its region, into which new resources go unless another VPC
    /// is named.
    pub default: Option<bool>,
    /// Creation time of the VPC.
    pub created_at: Option<DateTime<Utc>>,
}

list_item!(Vpc by id: String);
