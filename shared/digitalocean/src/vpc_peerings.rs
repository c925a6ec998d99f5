//! Peerings between two VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-Peerings>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for VPC peerings.
    vpc_peerings: VpcPeerings;

    /// Lists the VPC peerings. For an account without any, the call may return 404.
    list() -> [VpcPeering] = GET "/v2/vpc_peerings", "vpc_peering:read", "vpc_peerings";

    /// Reads one peering by its id.
    get(id: &str) -> VpcPeering = GET "/v2/vpc_peerings/{id}", "vpc_peering:read", "vpc_peering";
}

/// A peering, through which two VPC networks reach each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcPeering {
    /// The peering's id, a UUID.
    pub id: String,
    /// Unique name of the peering.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// State of the peering, as DigitalOcean reports it.
    pub status: Option<VpcPeeringStatus>,
    /// Ids of the two VPC networks.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vpc_ids: Vec<String>,
    /// Creation time of the peering.
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a VPC peering.
    VpcPeeringStatus {
        /// The peering is being created.
        Provisioning = "PROVISIONING",
        /// The networks reach each other.
        Active = "ACTIVE",
        /// The peering is being deleted.
        Deleting = "DELETING",
    }
}

list_item!(VpcPeering by id: String);
