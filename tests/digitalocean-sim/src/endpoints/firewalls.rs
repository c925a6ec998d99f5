//! Cloud firewalls (OpenAPI `schemas/firewall`). They are in no project: DO's glossary calls them
//! independent (<https://docs.digitalocean.com/glossary/>).

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::LinkStyle;
use crate::clock::rfc3339;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "firewalls",
    single: "firewall",
    id: "id",
    urn: None,
    read_scope: "firewall:read",
    // Source of the scopes: OpenAPI `schemas/firewall`.
    scoped_fields: &[
        ScopedField { name: "droplet_ids", scope: "droplet:read", blank: Blank::List },
        ScopedField { name: "tags", scope: "tag:read", blank: Blank::List },
    ],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/firewalls",
            access: Access::List,
            scopes: &[&["firewall:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/firewalls/{firewall_id}",
            access: Access::Object,
            scopes: &[&["firewall:read"]],
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
    #[serde(default = "succeeded")]
    status: String,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pending_changes: Vec<PendingChange>,
    #[serde(default)]
    droplet_ids: Vec<u64>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    inbound_rules: Vec<InboundRule>,
    #[serde(default)]
    outbound_rules: Vec<OutboundRule>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PendingChange {
    droplet_id: u64,
    removing: bool,
    status: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundRule {
    protocol: String,
    #[serde(default = "all")]
    ports: String,
    sources: Targets,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundRule {
    protocol: String,
    #[serde(default = "all")]
    ports: String,
    destinations: Targets,
}

/// Sources or destinations of a rule. Empty lists are left out (OpenAPI
/// `responses/list_firewalls_response`, example).
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Targets {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    droplet_ids: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    load_balancer_uids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kubernetes_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

fn succeeded() -> String {
    "succeeded".to_owned()
}

/// Default of the ports: "0" is every port (OpenAPI `schemas/firewall_rule_base`).
fn all() -> String {
    "0".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let firewall: Spec = spec(value)?;
    let created_at = rfc3339(firewall.created_at.unwrap_or(context.now));
    let mut object = json!(firewall);
    object["created_at"] = json!(created_at);
    Ok(object.into())
}
