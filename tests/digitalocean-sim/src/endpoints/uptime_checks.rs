//! Uptime checks of monitoring (OpenAPI `schemas/check`).

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::LinkStyle;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "checks",
    single: "check",
    id: "id",
    urn: None,
    read_scope: "uptime:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/uptime/checks",
            access: Access::List,
            scopes: &[&["uptime:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/uptime/checks/{check_id}",
            access: Access::Object,
            scopes: &[&["uptime:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "https", rename = "type")]
    check_type: String,
    target: String,
    #[serde(default = "regions")]
    regions: Vec<String>,
    #[serde(default = "enabled")]
    enabled: bool,
}

fn https() -> String {
    "https".to_owned()
}

fn regions() -> Vec<String> {
    vec!["us_east".to_owned(), "eu_west".to_owned()]
}

fn enabled() -> bool {
    true
}

fn build(value: Value, _: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let check: Spec = spec(value)?;
    Ok(json!(check).into())
}
