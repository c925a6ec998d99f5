//! CDN endpoints (OpenAPI `schemas/cdn_endpoint`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::model::kind::{BuildContext, BuiltObject, set_known, spec};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    /// Host name of the bucket.
    origin: String,
    #[serde(default = "an_hour")]
    ttl: u32,
    #[serde(default)]
    certificate_id: Option<Uuid>,
    #[serde(default)]
    custom_domain: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

/// Default time to live in seconds (OpenAPI `schemas/cdn_endpoint`, `ttl`).
fn an_hour() -> u32 {
    3600
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let cdn: Spec = spec(value)?;
    let mut object = json!({
        "id": cdn.id,
        "origin": cdn.origin,
        "endpoint": cdn.origin.replacen(".digitaloceanspaces.com", ".cdn.digitaloceanspaces.com", 1),
        "ttl": cdn.ttl,
        "created_at": rfc3339(cdn.created_at.unwrap_or(context.now)),
    });
    // The contract allows neither field to be null or empty.
    if let Some(id) = cdn.certificate_id {
        object["certificate_id"] = json!(id);
    }
    if let Some(domain) = cdn.custom_domain {
        object["custom_domain"] = json!(domain);
    }
    Ok(object.into())
}

pub(super) fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    if !["certificate_id", "custom_domain"].contains(&field) {
        return set_known(object, field, value);
    }
    match value {
        Value::Null => drop(object.remove(field)),
        value => drop(object.insert(field.to_owned(), value)),
    }
    Ok(())
}
