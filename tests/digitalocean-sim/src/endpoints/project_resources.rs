//! The resources of a project (OpenAPI `responses/resources_list`, `assigned_resources_list`).

use std::collections::HashMap;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{kinds, projects};
use crate::call::{Call, LinkStyle, Listing, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::route::{Access, Family, Route};

/// OpenAPI `POST /v2/projects/{project_id}/resources`: `project:update` grants the assignment too.
const ASSIGN: &[&[&str]] = &[&["project:assign_resource"], &["project:update"]];

pub(crate) static FAMILY: Family = Family {
    kind: None,
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/projects/{project_id}/resources",
            access: Access::Object,
            scopes: &[&["project:read"]],
            handler: list,
        },
        Route {
            method: Method::POST,
            path: "/v2/projects/{project_id}/resources",
            access: Access::Other,
            scopes: ASSIGN,
            handler: assign,
        },
        Route {
            method: Method::GET,
            path: "/v2/projects/default/resources",
            access: Access::Object,
            scopes: &[&["project:read"]],
            handler: list,
        },
        Route {
            method: Method::POST,
            path: "/v2/projects/default/resources",
            access: Access::Other,
            scopes: ASSIGN,
            handler: assign,
        },
    ],
};

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let project = projects::id(call)?;
    let items = resources(call, &project, &HashMap::new()).into_iter().map(Arc::new).collect();
    Ok(Reply::List(Listing { key: "resources", items, kind: None, links: LinkStyle::FirstAndLast }))
}

/// Moves resources into the project and answers all resources of the project.
fn assign(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let project = projects::id(call)?;
    let body = call.body()?;
    let urns = body.get("resources").and_then(Value::as_array).ok_or_else(malformed)?;
    let urns: Vec<&str> = urns
        .iter()
        .map(|urn| urn.as_str().filter(|urn| is_urn(urn)).ok_or_else(malformed))
        .collect::<Result<_, _>>()?;
    // OpenAPI, `POST /v2/projects/{project_id}/resources`: the token needs the read scope of every
    // resource too.
    if urns.iter().any(|urn| !may_see(call, urn)) {
        return Err(ApiError::forbidden());
    }
    let mut statuses = HashMap::new();
    for urn in urns {
        let status = match () {
            () if !exists(call, urn) => "not_found",
            () if call.account.assignments.assign(urn, &project, call.now) => "assigned",
            () => "already_assigned",
        };
        statuses.insert(urn.to_owned(), status);
    }
    let mut items = resources(call, &project, &statuses);
    for (urn, _) in statuses.iter().filter(|(_, status)| **status == "not_found") {
        items.push(resource(call, urn, &rfc3339(call.now), "not_found"));
    }
    Ok(Reply::Json(StatusCode::OK, json!({ "resources": items })))
}

/// The resources of a project that the token may read: OpenAPI `responses/resources_list`, "Only
/// resources that you are authorized to see will be returned". This holds whatever the token's mode
/// for missing scopes is.
fn resources(call: &Call<'_>, project: &str, statuses: &HashMap<String, &str>) -> Vec<Value> {
    let held = call.account.assignments.of(project);
    held.into_iter()
        .filter(|(urn, _)| may_see(call, urn))
        .map(|(urn, held)| {
            let status = statuses.get(urn).copied().unwrap_or("ok");
            resource(call, urn, &rfc3339(held.assigned_at), status)
        })
        .collect()
}

fn resource(call: &Call<'_>, urn: &str, assigned_at: &str, status: &str) -> Value {
    let own_link = call.account.assignments.link_of(urn).cloned();
    let link = own_link.unwrap_or_else(|| self_link(&call.request.origin, urn));
    json!({
        "urn": urn,
        "assigned_at": assigned_at,
        "links": { "self": link },
        "status": status,
    })
}

/// The kind and id of a URN. Only the first two colons are separators, because an IPv6 address
/// contains colons of its own.
fn parts(urn: &str) -> Option<(&str, &str)> {
    let (kind, id) = urn.strip_prefix("do:")?.split_once(':')?;
    (!kind.is_empty() && !id.is_empty()).then_some((kind, id))
}

fn is_urn(urn: &str) -> bool {
    parts(urn).is_some()
}

/// The error for an invalid URN, with the message in pulumi/pulumi-digitalocean#82.
fn malformed() -> ApiError {
    ApiError::bad_request("resource objects must have an urn in the following format: do:resource_type:resource_id")
}

/// Returns whether the resource of a URN exists. A kind that the simulator does not serve cannot be
/// checked, so all of its resources count as existing.
fn exists(call: &Call<'_>, urn: &str) -> bool {
    parts(urn).is_some_and(|(kind, id)| kinds::of_urn(kind).is_none_or(|kind| call.account.has(kind, id)))
}

fn may_see(call: &Call<'_>, urn: &str) -> bool {
    let Some((kind, _)) = parts(urn) else { return true };
    match kinds::of_urn(kind) {
        Some(kind) => call.token.may(kind.read_scope),
        None => call.token.may(unserved_read_scope(kind)),
    }
}

/// The read scopes of kinds that the simulator does not serve (OpenAPI: `security` of the operation
/// that gets one).
fn unserved_read_scope(kind: &str) -> &'static str {
    match kind {
        "reservedip" | "reservedipv6" => "reserved_ip:read",
        "image" => "image:read",
        // No operation requires this scope: "View Spaces object storage buckets"
        // (<https://docs.digitalocean.com/reference/api/scopes/spaces/read/>).
        "space" => "spaces:read",
        "volumesnapshot" => "block_storage_snapshot:read",
        _ => "project:read",
    }
}

fn self_link(origin: &str, urn: &str) -> String {
    let (kind, id) = parts(urn).unwrap_or(("unknown", urn));
    let list = match kind {
        // The link of a bucket is the only one that leads out of the API (digitalocean/droplet_kit,
        // `spec/fixtures/projects/resources.json`). The URN of a bucket does not contain its
        // region, so the link says ams3 unless the seed gives one.
        "space" => return format!("https://{id}.ams3.digitaloceanspaces.com"),
        "app" => "apps",
        "dbaas" => "databases",
        "floatingip" => "floating_ips",
        "kubernetes" => "kubernetes/clusters",
        "loadbalancer" => "load_balancers",
        "reservedip" => "reserved_ips",
        "floatingipv6" | "reservedipv6" => "reserved_ipv6",
        "volumesnapshot" => "snapshots",
        "vpc" => "vpcs",
        other => return format!("{origin}/v2/{other}s/{id}"),
    };
    format!("{origin}/v2/{list}/{id}")
}
