//! NAT gateways of VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-NAT-Gateways>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for NAT gateways.
    nat_gateways: NatGateways;

    /// Lists the NAT gateways.
    list() -> [NatGateway] = GET "/v2/vpc_nat_gateways", "nat_gateway:read", "vpc_nat_gateways";

    /// Reads one gateway by its id.
    get(id: &str) -> NatGateway = GET "/v2/vpc_nat_gateways/{id}", "nat_gateway:read", "vpc_nat_gateway";
}

/// A NAT gateway, through which VPC networks reach the internet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGateway {
    /// The gateway's id, a UUID.
    pub id: String,
    /// Name of the gateway; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Type of the gateway: `PUBLIC`.
    #[serde(rename = "type")]
    pub gateway_type: Option<String>,
    /// State of the gateway, as DigitalOcean reports it.
    pub state: Option<NatGatewayState>,
    /// Slug of the region that the gateway is in.
    pub region: Option<String>,
    /// Size of the gateway, in DigitalOcean's units.
    pub size: Option<u32>,
    /// VPC networks that use the gateway.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vpcs: Vec<NatGatewayVpc>,
    /// Public addresses through which the traffic leaves.
    #[serde(default, deserialize_with = "null_as_default")]
    pub egresses: NatGatewayEgresses,
    /// Idle time after which a UDP flow is dropped, in seconds.
    pub udp_timeout_seconds: Option<u32>,
    /// Idle time after which an ICMP flow is dropped, in seconds.
    pub icmp_timeout_seconds: Option<u32>,
    /// Idle time after which a TCP connection is dropped, in seconds.
    pub tcp_timeout_seconds: Option<u32>,
    /// Id of the project that the gateway is in; `None` when DigitalOcean does not send it.
    pub project_id: Option<String>,
    /// Creation time of the gateway.
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a NAT gateway.
    NatGatewayState {
        /// The gateway has been requested.
        New = "NEW",
        /// The gateway is being created.
        Provisioning = "PROVISIONING",
        /// The gateway is running.
        Active = "ACTIVE",
        /// The gateway is being deleted.
        Deleting = "DELETING",
        /// The gateway has failed.
        Error = "ERROR",
        /// The gateway is not usable as configured.
        Invalid = "INVALID",
    }
}

/// A VPC network that uses a NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGatewayVpc {
    /// Id of the VPC network.
    pub vpc_uuid: String,
    /// Address of the gateway in the network; `None` while none is assigned.
    pub gateway_ip: Option<String>,
}

/// The public side of a NAT gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGatewayEgresses {
    /// Public gateways, each with its address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub public_gateways: Vec<PublicGateway>,
}

/// A public gateway of a NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicGateway {
    /// Public IPv4 address; empty while none is assigned.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ipv4: String,
}

list_item!(NatGateway by id: String);
