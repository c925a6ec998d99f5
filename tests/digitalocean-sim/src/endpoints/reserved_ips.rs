//! Reserved IPs (OpenAPI `schemas/reserved_ip`). DO serves the same addresses in the same shape
//! under their old name, floating IPs (`schemas/floating_ip`).

use std::net::Ipv4Addr;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::droplets;
use crate::call::{Call, LinkStyle, Listing, Reply};
use crate::error::ApiError;
use crate::model::catalog;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "reserved_ips",
    single: "reserved_ip",
    id: "ip",
    // The kind that DO was observed to use in the URNs of project resources
    // (digitalocean/terraform-provider-digitalocean#1264).
    urn: Some("floatingip"),
    read_scope: "reserved_ip:read",
    // Source of the scopes: OpenAPI `schemas/reserved_ip`.
    scoped_fields: &[
        ScopedField { name: "droplet", scope: "droplet:read", blank: Blank::Absent },
        ScopedField { name: "project_id", scope: "project:read", blank: Blank::Absent },
    ],
    build,
    set,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/reserved_ips",
            access: Access::List,
            scopes: &[&["reserved_ip:read"]],
            handler: |call| Ok(list(call, "reserved_ips")),
        },
        Route {
            method: Method::GET,
            path: "/v2/reserved_ips/{reserved_ip}",
            access: Access::Object,
            scopes: &[&["reserved_ip:read"]],
            handler: |call| show(call, "reserved_ip"),
        },
        Route {
            method: Method::GET,
            path: "/v2/floating_ips",
            access: Access::List,
            scopes: &[&["reserved_ip:read"]],
            handler: |call| Ok(list(call, "floating_ips")),
        },
        Route {
            method: Method::GET,
            path: "/v2/floating_ips/{floating_ip}",
            access: Access::Object,
            scopes: &[&["reserved_ip:read"]],
            handler: |call| show(call, "floating_ip"),
        },
    ],
};

/// A reserved IP as a seed describes it. `droplet` is an id here; answers show the whole droplet
/// instead.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    ip: Ipv4Addr,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default)]
    droplet: Option<u64>,
    #[serde(default)]
    locked: bool,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn build(value: Value, _: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let reserved: Spec = spec(value)?;
    Ok(json!({
        "ip": reserved.ip,
        "region": catalog::region(&reserved.region)?,
        "droplet": reserved.droplet,
        "locked": reserved.locked,
    })
    .into())
}

/// Sets a field. The slug of a region stands for the whole object, as in a seed.
fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match (field, value.as_str()) {
        ("region", Some(slug)) => set_known(object, field, catalog::region(slug)?),
        _ => set_known(object, field, value),
    }
}

fn list(call: &Call<'_>, key: &'static str) -> Reply {
    let items = call.account.objects(&KIND).map(|reserved| Arc::new(shown(call, reserved))).collect();
    Reply::List(Listing { key, items, kind: Some(&KIND), links: LinkStyle::Usual })
}

fn show(call: &Call<'_>, key: &str) -> Result<Reply, ApiError> {
    let reserved = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    let seen = KIND.visible_to(&shown(call, reserved), call.token);
    Ok(Reply::Json(StatusCode::OK, json!({ key: seen })))
}

/// An address with its droplet and its project.
fn shown(call: &Call<'_>, reserved: &Value) -> Value {
    let mut shown = reserved.clone();
    shown["droplet"] = assignee(call, reserved);
    let urn = KIND.urn_of(&KIND.id_of(reserved));
    if let Some(project) = urn.and_then(|urn| call.account.assignments.project_of(&urn)) {
        shown["project_id"] = json!(project);
    }
    shown
}

/// The droplet that an address is assigned to, as the token may read it. Null if the address is not
/// assigned or the droplet was deleted: an address outlives its droplet unless it is destroyed
/// along with it (OpenAPI `GET /v2/droplets/{droplet_id}/destroy_with_associated_resources`).
pub(super) fn assignee(call: &Call<'_>, reserved: &Value) -> Value {
    let id = reserved["droplet"].as_u64().map(|id| id.to_string());
    let droplet = id.and_then(|id| call.account.get(&droplets::KIND, &id));
    droplet.map_or(Value::Null, |droplet| droplets::KIND.visible_to(droplet, call.token))
}
