//! Droplets, DO's virtual machines (OpenAPI `schemas/droplet`).

mod shape;

use http::{Method, StatusCode};
use serde_json::Value;

use crate::call::{Call, LinkStyle, Reply};
use crate::error::ApiError;
use crate::model::kind::{Blank, Kind, ScopedField};
use crate::route::{Access, Family, Route};

pub use shape::Droplet;
pub(crate) use shape::default_vpc;

pub(crate) static KIND: Kind = Kind {
    collection: "droplets",
    single: "droplet",
    id: "id",
    urn: Some("droplet"),
    read_scope: "droplet:read",
    // OpenAPI `schemas/droplet`: "Requires `image:read` scope." and so on.
    scoped_fields: &[
        ScopedField { name: "backup_ids", scope: "image:read", blank: Blank::List },
        ScopedField { name: "snapshot_ids", scope: "image:read", blank: Blank::List },
        ScopedField { name: "image", scope: "image:read", blank: Blank::Object },
        ScopedField { name: "volume_ids", scope: "block_storage:read", blank: Blank::List },
        ScopedField { name: "tags", scope: "tag:read", blank: Blank::List },
        ScopedField { name: "vpc_uuid", scope: "vpc:read", blank: Blank::Absent },
    ],
    build: shape::build,
    set: shape::set,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/droplets",
            access: Access::List,
            scopes: &[&["droplet:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/droplets/{droplet_id}",
            access: Access::Object,
            scopes: &[&["droplet:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
        Route {
            method: Method::DELETE,
            path: "/v2/droplets/{droplet_id}",
            access: Access::Other,
            scopes: &[&["droplet:delete"]],
            handler: |call| call.delete(&KIND),
        },
    ],
};

/// Lists the droplets with the filters of OpenAPI `parameters/droplet_type`, `droplet_name`,
/// `droplet_tag_name`. The list has no GPU droplets unless `type=gpus`; `name` is exact and ignores
/// case; `tag_name` excludes the other two. Whether a list by tag contains GPU droplets is not
/// documented; here it contains all of them.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = &call.request.query;
    let (name, tag, kind) = (query.get("name"), query.get("tag_name"), query.get("type").map(String::as_str));
    if tag.is_some() && (name.is_some() || kind.is_some()) {
        return Err(ApiError::unprocessable("tag_name can not be combined with name or type"));
    }
    let gpus = match kind {
        None | Some("droplets") => false,
        Some("gpus") => true,
        Some(_) => return Err(ApiError::unprocessable("type must be one of droplets, gpus")),
    };
    let (name, tag) = (name.cloned(), tag.cloned());
    Ok(call.list(&KIND, LinkStyle::Usual, |droplet| match &tag {
        Some(tag) => tagged(droplet, tag),
        None => is_gpu(droplet) == gpus && name.as_ref().is_none_or(|name| named(droplet, name)),
    }))
}

fn is_gpu(droplet: &Value) -> bool {
    droplet.get("gpu_info").is_some_and(Value::is_object)
}

fn named(droplet: &Value, name: &str) -> bool {
    droplet["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name))
}

fn tagged(droplet: &Value, tag: &str) -> bool {
    droplet["tags"].as_array().is_some_and(|tags| tags.iter().any(|own| own == tag))
}
