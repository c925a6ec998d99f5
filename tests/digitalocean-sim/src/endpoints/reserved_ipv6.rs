//! Reserved IPv6 addresses (OpenAPI `schemas/reserved_ipv6`).

use std::net::Ipv6Addr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reserved_ips::assignee;
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::catalog;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "reserved_ipv6s",
    single: "reserved_ipv6",
    id: "ip",
    // The kind that digitalocean/doctl, `commands/projects.go`, reads in the URNs of project
    // resources.
    urn: Some("floatingipv6"),
    read_scope: "reserved_ip:read",
    // Source of the scopes: OpenAPI `schemas/reserved_ipv6`.
    scoped_fields: &[ScopedField { name: "droplet", scope: "droplet:read", blank: Blank::Absent }],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/reserved_ipv6",
            access: Access::List,
            scopes: &[&["reserved_ip:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/reserved_ipv6/{reserved_ipv6}",
            access: Access::Object,
            scopes: &[&["reserved_ip:read"]],
            handler: show,
        },
    ],
};

/// A reserved IPv6 address as a seed describes it. `droplet` is an id here; answers show the whole
/// droplet instead.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    ip: Ipv6Addr,
    #[serde(default = "amsterdam")]
    region_slug: String,
    #[serde(default)]
    reserved_at: Option<DateTime<Utc>>,
    #[serde(default)]
    droplet: Option<u64>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let reserved: Spec = spec(value)?;
    Ok(json!({
        "ip": reserved.ip,
        "region_slug": catalog::region(&reserved.region_slug)?["slug"],
        "reserved_at": rfc3339(reserved.reserved_at.unwrap_or(context.now)),
        "droplet": reserved.droplet,
    })
    .into())
}

/// Lists the addresses. An address that is not assigned has no field `droplet` in the list (OpenAPI
/// `responses/reserved_ipv6_list`, example).
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let item = |reserved: &Arc<Value>| {
        let mut shown = shown(call, reserved);
        if let Some(object) = shown.as_object_mut().filter(|object| object["droplet"].is_null()) {
            object.remove("droplet");
        }
        Arc::new(shown)
    };
    let items = call.account.objects(&KIND).map(item).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: Some(&KIND), links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let reserved = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    let seen = KIND.visible_to(&shown(call, reserved), call.token);
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, seen)))
}

fn shown(call: &Call<'_>, reserved: &Value) -> Value {
    let mut shown = reserved.clone();
    shown["droplet"] = assignee(call, reserved);
    shown
}
