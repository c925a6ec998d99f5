//! VPC networks, the private networks of a region (OpenAPI `schemas/vpc`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::droplets::default_vpc;
use crate::clock::rfc3339;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, spec};

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

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
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
