//! Autoscale pools of droplets (OpenAPI `schemas/autoscale_pool`). The simulator does not serve the
//! droplets of a pool.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::droplets::default_vpc;
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "autoscale_pools",
    single: "autoscale_pool",
    id: "id",
    urn: None,
    read_scope: "droplet:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/droplets/autoscale",
            access: Access::List,
            scopes: &[&["droplet:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/droplets/autoscale/{autoscale_pool_id}",
            access: Access::Object,
            scopes: &[&["droplet:read"]],
            handler: show,
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    /// Static or dynamic configuration: OpenAPI `schemas/autoscale_pool_static_config` or
    /// `autoscale_pool_dynamic_config`.
    #[serde(default = "one_droplet")]
    config: Map<String, Value>,
    #[serde(default)]
    droplet_template: Template,
    #[serde(default = "active")]
    status: String,
    #[serde(default)]
    active_resources_count: u32,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

/// The template of a pool's droplets (OpenAPI `schemas/autoscale_pool_droplet_template`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Template {
    name: String,
    region: String,
    size: String,
    image: String,
    ssh_keys: Vec<String>,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpc_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<Uuid>,
    with_droplet_agent: bool,
    ipv6: bool,
    /// Script that a droplet runs at its first start. It often contains passwords.
    user_data: String,
    public_networking: bool,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            name: String::new(),
            region: "ams3".to_owned(),
            size: "s-1vcpu-1gb".to_owned(),
            image: "ubuntu-24-04-x64".to_owned(),
            ssh_keys: Vec::new(),
            tags: Vec::new(),
            vpc_uuid: None,
            project_id: None,
            with_droplet_agent: true,
            ipv6: false,
            user_data: "#cloud-config\n# EXAMPLE-user-data-secret\n".to_owned(),
            public_networking: true,
        }
    }
}

fn one_droplet() -> Map<String, Value> {
    [("target_number_instances".to_owned(), json!(1))].into_iter().collect()
}

fn active() -> String {
    "active".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let mut pool: Spec = spec(value)?;
    pool.droplet_template.vpc_uuid.get_or_insert_with(|| default_vpc(&pool.droplet_template.region));
    let created_at = rfc3339(pool.created_at.unwrap_or(context.now));
    Ok(json!({
        "id": pool.id,
        "name": pool.name,
        "config": pool.config,
        "droplet_template": pool.droplet_template,
        "current_utilization": { "memory": 0.36, "cpu": 0.07 },
        "created_at": created_at,
        "updated_at": created_at,
        "status": pool.status,
        "active_resources_count": pool.active_resources_count,
    })
    .into())
}

/// Lists the pools, filtered by name if the query has one (OpenAPI
/// `parameters/autoscale_pool_name`).
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = call.request.query.get("name");
    let pools = call.account.objects(&KIND).filter(|pool| name.is_none_or(|name| pool["name"] == **name));
    let items = pools.map(|pool| Arc::new(visible(call, pool))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let pool = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, visible(call, pool))))
}

/// A pool as the token may read it: parts of its template need scopes of their own (OpenAPI
/// `schemas/autoscale_pool_droplet_template`).
fn visible(call: &Call<'_>, pool: &Value) -> Value {
    let mut visible = pool.clone();
    let scopes = [("tags", "tag:read"), ("vpc_uuid", "vpc:read"), ("project_id", "project:read")];
    if let Some(template) = visible["droplet_template"].as_object_mut() {
        for (field, _) in scopes.iter().filter(|(_, scope)| !call.token.may(scope)) {
            template.remove(*field);
        }
        // The field is required, so it becomes empty rather than absent.
        if !call.token.may("ssh_key:read") {
            template.insert("ssh_keys".to_owned(), json!([]));
        }
    }
    visible
}
