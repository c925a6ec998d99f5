//! Load balancers (OpenAPI `schemas/load_balancer`).

mod shape;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::model::kind::Kind;
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "load_balancers",
    single: "load_balancer",
    id: "id",
    urn: Some("loadbalancer"),
    read_scope: "load_balancer:read",
    scoped_fields: &[],
    build: shape::build,
    set: shape::set,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/load_balancers",
            access: Access::List,
            scopes: &[&["load_balancer:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/load_balancers/{lb_id}",
            access: Access::Object,
            scopes: &[&["load_balancer:read"]],
            handler: show,
        },
    ],
};

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let items = call.account.objects(&KIND).map(|balancer| Arc::new(shown(call, balancer))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let balancer = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, shown(call, balancer))))
}

/// A load balancer with its project. If it has a tag, its droplets are those with the tag
/// ("Additional Droplets will be automatically assigned as they are tagged", OpenAPI `POST
/// /v2/load_balancers`).
fn shown(call: &Call<'_>, balancer: &Value) -> Value {
    let mut shown = balancer.clone();
    let urn = KIND.urn_of(&KIND.id_of(balancer));
    if let Some(project) = urn.and_then(|urn| call.account.assignments.project_of(&urn)) {
        shown["project_id"] = json!(project);
    }
    if balancer["tag"] != "" {
        let bears =
            |droplet: &&Arc<Value>| droplet["tags"].as_array().is_some_and(|tags| tags.contains(&balancer["tag"]));
        let droplets = call.account.objects(&super::droplets::KIND).filter(bears);
        shown["droplet_ids"] = droplets.map(|droplet| droplet["id"].clone()).collect();
    }
    shown
}
