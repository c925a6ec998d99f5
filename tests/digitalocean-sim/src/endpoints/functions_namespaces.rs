//! Namespaces of DO's Functions product (OpenAPI `schemas/namespace_info`).

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::LinkStyle;
use crate::clock::rfc3339;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "namespaces",
    single: "namespace",
    id: "namespace",
    urn: None,
    read_scope: "function:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/functions/namespaces",
            access: Access::List,
            scopes: &[&["function:read", "function:admin"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Unpaged, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/functions/namespaces/{namespace_id}",
            access: Access::Object,
            scopes: &[&["function:read", "function:admin"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

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

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
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
