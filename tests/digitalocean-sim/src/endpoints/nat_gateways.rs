//! NAT gateways of VPC networks (OpenAPI `schemas/vpc_nat_gateway_get`). No URN of theirs is known.

use std::net::Ipv4Addr;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::droplets::default_vpc;
use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "vpc_nat_gateways",
    single: "vpc_nat_gateway",
    id: "id",
    urn: None,
    read_scope: "nat_gateway:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/vpc_nat_gateways",
            access: Access::List,
            scopes: &[&["nat_gateway:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/vpc_nat_gateways/{vpc_nat_gateway_id}",
            access: Access::Object,
            scopes: &[&["nat_gateway:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "active")]
    state: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "one")]
    size: u32,
    /// Connected VPCs, the region's default VPC if empty.
    #[serde(default)]
    vpcs: Vec<ConnectedVpc>,
    #[serde(default)]
    public_ips: Vec<Ipv4Addr>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
    #[serde(default)]
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectedVpc {
    vpc_uuid: String,
    #[serde(default = "gateway")]
    gateway_ip: String,
}

fn active() -> String {
    "ACTIVE".to_owned()
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn one() -> u32 {
    1
}

fn gateway() -> String {
    "10.110.0.2".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let mut nat: Spec = spec(value)?;
    if nat.vpcs.is_empty() {
        nat.vpcs.push(ConnectedVpc { vpc_uuid: default_vpc(&nat.region), gateway_ip: gateway() });
    }
    let created_at = nat.created_at.unwrap_or(context.now);
    let public: Vec<Value> = nat.public_ips.iter().map(|ip| json!({ "ipv4": ip })).collect();
    Ok(json!({
        "id": nat.id,
        "name": nat.name,
        "type": "PUBLIC",
        "state": nat.state,
        "region": catalog::region(&nat.region)?["slug"],
        "size": nat.size,
        "vpcs": nat.vpcs,
        "egresses": { "public_gateways": public },
        "udp_timeout_seconds": 30,
        "icmp_timeout_seconds": 30,
        "tcp_timeout_seconds": 30,
        "created_at": rfc3339(created_at),
        "updated_at": rfc3339(nat.updated_at.unwrap_or(created_at)),
    })
    .into())
}

/// Lists the gateways, with the filters of OpenAPI `parameters/vpc_nat_gateway_state` and similar
/// parameters. Values that answers show in capitals are in small letters in the query.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = &call.request.query;
    let filter_of = |field: &'static str| Some((field, query.get(field)?.clone()));
    let filters: Vec<(&str, String)> = ["name", "region", "state", "type"].into_iter().filter_map(filter_of).collect();
    Ok(call.list(&KIND, LinkStyle::Usual, |nat| {
        filters.iter().all(|(field, value)| nat[*field].as_str().is_some_and(|own| own.eq_ignore_ascii_case(value)))
    }))
}
