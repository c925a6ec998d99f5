//! NAT gateways of VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-NAT-Gateways>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/vpc_nat_gateways", "nat_gateway:read");
static GET: Operation = Operation::get("/v2/vpc_nat_gateways/{}", "nat_gateway:read");

/// Calls on NAT gateways.
#[derive(Clone, Copy, Debug)]
pub struct NatGateways<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on NAT gateways.
    #[must_use]
    pub fn nat_gateways(&self) -> NatGateways<'_> {
        NatGateways { client: self }
    }
}

impl NatGateways<'_> {
    /// `GET /v2/vpc_nat_gateways`, scope `nat_gateway:read`.
    pub fn list(&self) -> Pages<NatGateway> {
        Pages::new(self.client, &LIST, &[], "vpc_nat_gateways")
    }

    /// `GET /v2/vpc_nat_gateways/{id}`, scope `nat_gateway:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such gateway; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<NatGateway, Error> {
        self.client.get_one(&GET, &[id], "vpc_nat_gateway").await
    }
}

/// A NAT gateway: the way out of VPC networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGateway {
    /// The gateway's id, a UUID.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// `PUBLIC`.
    #[serde(default, rename = "type")]
    pub gateway_type: Option<String>,
    /// What state it is in.
    #[serde(default)]
    pub state: Option<NatGatewayState>,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// How large it is, in DigitalOcean's units.
    #[serde(default)]
    pub size: Option<u32>,
    /// The networks it serves.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vpcs: Vec<NatGatewayVpc>,
    /// Where it leads out.
    #[serde(default, deserialize_with = "null_as_default")]
    pub egresses: NatGatewayEgresses,
    /// Idle seconds after which it forgets a UDP flow.
    #[serde(default)]
    pub udp_timeout_seconds: Option<u32>,
    /// Idle seconds after which it forgets an ICMP flow.
    #[serde(default)]
    pub icmp_timeout_seconds: Option<u32>,
    /// Idle seconds after which it forgets a TCP connection.
    #[serde(default)]
    pub tcp_timeout_seconds: Option<u32>,
    /// The project it is in, where DigitalOcean says.
    #[serde(default)]
    pub project_id: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a NAT gateway.
    NatGatewayState {
        /// Asked for.
        New = "NEW",
        /// Being made.
        Provisioning = "PROVISIONING",
        /// Running.
        Active = "ACTIVE",
        /// Being deleted.
        Deleting = "DELETING",
        /// Failed.
        Error = "ERROR",
        /// Not usable as it is.
        Invalid = "INVALID",
    }
}

/// A network that a NAT gateway serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGatewayVpc {
    /// The VPC's id.
    pub vpc_uuid: String,
    /// The gateway's address in it; `None` while it has none.
    #[serde(default)]
    pub gateway_ip: Option<String>,
}

/// Where a NAT gateway leads out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGatewayEgresses {
    /// Its public sides.
    #[serde(default, deserialize_with = "null_as_default")]
    pub public_gateways: Vec<PublicGateway>,
}

/// A public side of a NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicGateway {
    /// Its IPv4 address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ipv4: String,
}

impl ListItem for NatGateway {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
