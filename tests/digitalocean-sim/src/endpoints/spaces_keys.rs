//! Access keys of Spaces (OpenAPI `schemas/key`). DO shows the secret of a key only when it is
//! created, so the simulator never shows one.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "keys",
    single: "key",
    id: "access_key",
    urn: None,
    read_scope: "spaces_key:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/spaces/keys",
            access: Access::List,
            scopes: &[&["spaces_key:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/spaces/keys/{access_key}",
            access: Access::Object,
            scopes: &[&["spaces_key:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    access_key: Option<String>,
    name: String,
    #[serde(default)]
    grants: Vec<Grant>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

/// A grant of a key (OpenAPI `schemas/grant`). The permission `fullaccess` has an empty bucket,
/// which stands for all buckets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    bucket: String,
    permission: String,
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let key: Spec = spec(value)?;
    let access_key = key.access_key.unwrap_or_else(|| format!("DO00{:016X}", context.numeric_id(None)));
    Ok(json!({
        "access_key": access_key,
        "name": key.name,
        "grants": key.grants,
        "created_at": rfc3339(key.created_at.unwrap_or(context.now)),
    })
    .into())
}

/// Lists the keys with the filters of OpenAPI `parameters/name`, `bucket` and `permission`. The
/// parameter `sort` is ignored.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = |name: &str| call.request.query.get(name).filter(|value| !value.is_empty()).cloned();
    let (name, bucket, permission) = (query("name"), query("bucket"), query("permission"));
    let granted = |key: &Value, field: &str, wanted: &Option<String>| {
        let grants = key["grants"].as_array();
        wanted.as_ref().is_none_or(|wanted| grants.into_iter().flatten().any(|grant| grant[field] == **wanted))
    };
    Ok(call.list(&KIND, LinkStyle::Usual, |key| {
        name.as_ref().is_none_or(|name| key["name"] == **name)
            && granted(key, "bucket", &bucket)
            && granted(key, "permission", &permission)
    }))
}
