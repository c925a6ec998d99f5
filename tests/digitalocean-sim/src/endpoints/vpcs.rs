//! VPC networks, the private networks of a region (OpenAPI `schemas/vpc`).

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::droplets::default_vpc;
use crate::call::LinkStyle;
use crate::clock::rfc3339;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "vpcs",
    single: "vpc",
    id: "id",
    urn: Some("vpc"),
    read_scope: "vpc:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/vpcs",
            access: Access::List,
            scopes: &[&["vpc:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/vpcs/{vpc_id}",
            access: Access::Object,
            scopes: &[&["vpc:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    /// Id of the VPC. For the default VPC of a region, it is by default the id that the region's
    /// droplets refer to.
    #[serde(default)]
    id: Option<String>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "ip_range")]
    ip_range: String,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn ip_range() -> String {
    "10.110.0.0/20".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let vpc: Spec = spec(value)?;
    let default_id = || if vpc.default { default_vpc(&vpc.region) } else { Uuid::new_v4().to_string() };
    let id = vpc.id.unwrap_or_else(default_id);
    Ok(json!({
        "id": id,
        "urn": format!("do:vpc:{id}"),
        "name": vpc.name,
        "description": vpc.description,
        "region": catalog::region(&vpc.region)?["slug"],
        "ip_range": vpc.ip_range,
        "default": vpc.default,
        "created_at": rfc3339(vpc.created_at.unwrap_or(context.now)),
    })
    .into())
}
