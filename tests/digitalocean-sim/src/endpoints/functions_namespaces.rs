//! Namespaces of DO's Functions product (OpenAPI `schemas/namespace_info`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::model::kind::{BuildContext, BuiltObject, spec};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    /// Source of the id, which is `fn-` followed by this UUID.
    #[serde(default = "Uuid::new_v4")]
    uuid: Uuid,
    label: String,
    #[serde(default = "amsterdam")]
    region: String,
    /// Secret key. A client that has it can call and change every function of the namespace.
    #[serde(default = "key")]
    key: String,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn key() -> String {
    "EXAMPLE-functions-key".to_owned()
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let namespace: Spec = spec(value)?;
    let created_at = rfc3339(namespace.created_at.unwrap_or(context.now));
    Ok(json!({
        "api_host": format!("https://faas-{}-2ef2e6cc.doserverless.co", namespace.region),
        "namespace": format!("fn-{}", namespace.uuid),
        "created_at": created_at,
        "updated_at": created_at,
        "label": namespace.label,
        "region": namespace.region,
        "uuid": namespace.uuid,
        "key": namespace.key,
    })
    .into())
}
