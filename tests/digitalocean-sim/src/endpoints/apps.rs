//! Apps of App Platform (OpenAPI `schemas/app`).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{Blank, BuildContext, BuiltObject, Kind, ScopedField, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "apps",
    single: "app",
    id: "id",
    urn: Some("app"),
    read_scope: "app:read",
    // OpenAPI `schemas/app`: "Requires `project:read` scope."
    scoped_fields: &[ScopedField { name: "project_id", scope: "project:read", blank: Blank::Absent }],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route { method: Method::GET, path: "/v2/apps", access: Access::List, scopes: &[&["app:read"]], handler: list },
        Route {
            method: Method::GET,
            path: "/v2/apps/{id}",
            access: Access::Object,
            scopes: &[&["app:read"]],
            handler: show,
        },
    ],
};

/// Slug, label, flag, continent and data centre of the app regions that seeds use. OpenAPI
/// `schemas/app_spec`, `region`, has the complete list.
const REGIONS: &[(&str, &str, &str, &str, &str)] = &[
    ("ams", "Amsterdam", "netherlands", "Europe", "ams3"),
    ("fra", "Frankfurt", "germany", "Europe", "fra1"),
    ("nyc", "New York", "usa", "North America", "nyc1"),
];

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    /// The app's own `spec` (OpenAPI `schemas/app_spec`), stored unchanged.
    spec: Map<String, Value>,
    #[serde(default = "basic")]
    tier_slug: String,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn basic() -> String {
    "basic".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let app: Spec = spec(value)?;
    let Some(name) = app.spec.get("name").and_then(Value::as_str) else {
        return Err("spec: the field `name` is missing".to_owned());
    };
    let slug = app.spec.get("region").and_then(Value::as_str).unwrap_or("ams");
    let Some((_, label, flag, continent, data_center)) = REGIONS.iter().find(|region| region.0 == slug) else {
        return Err(format!("spec.region: unknown region `{slug}`"));
    };
    let ingress = format!("{name}-x7k2q.ondigitalocean.app");
    let domains = app.spec.get("domains").and_then(Value::as_array).cloned().unwrap_or_default();
    let live = domains.iter().find(|domain| domain["type"] == "PRIMARY").and_then(|domain| domain["domain"].as_str());
    let (live_domain, created_at) = (live.unwrap_or(&ingress), rfc3339(app.created_at.unwrap_or(context.now)));
    Ok(json!({
        "id": app.id,
        "owner_uuid": context.profile.uuid,
        "spec": app.spec,
        "default_ingress": format!("https://{ingress}"),
        "created_at": created_at,
        "updated_at": created_at,
        // A deployment repeats the complete spec (OpenAPI `schemas/apps_deployment`).
        "active_deployment": {
            "id": Uuid::new_v4(),
            "spec": app.spec,
            "phase": "ACTIVE",
            "phase_last_updated_at": created_at,
            "created_at": created_at,
            "updated_at": created_at,
            "cause": "manual",
            "progress": { "success_steps": 6, "total_steps": 6, "steps": [] },
            "tier_slug": app.tier_slug,
        },
        "last_deployment_created_at": created_at,
        "live_url": format!("https://{live_domain}"),
        "live_url_base": format!("https://{live_domain}"),
        "live_domain": live_domain,
        "region": {
            "slug": slug, "label": label, "flag": flag, "continent": continent, "data_centers": [data_center],
            "default": false, "disabled": false, "reason": "",
        },
        "tier_slug": app.tier_slug,
        "domains": domains.iter().map(domain_object).collect::<Vec<_>>(),
        "dedicated_ips": [],
    })
    .into())
}

/// A domain of an app in the form of OpenAPI `schemas/apps_domain`.
fn domain_object(domain: &Value) -> Value {
    json!({
        "id": Uuid::new_v4(), "phase": "ACTIVE", "spec": domain, "rotate_validation_records": false,
        "progress": { "steps": [] },
    })
}

/// Lists the apps. The project of each app is shown only with `with_projects=true` (OpenAPI
/// `parameters/with_projects`).
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let with_projects = call.request.query.get("with_projects").is_some_and(|value| value == "true");
    let shown = |app: &Arc<Value>| if with_projects { Arc::new(with_project(call, app)) } else { Arc::clone(app) };
    let items = call.account.objects(&KIND).map(shown).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: Some(&KIND), links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let app = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    let app = KIND.visible_to(&with_project(call, app), call.token);
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, app)))
}

fn with_project(call: &Call<'_>, app: &Value) -> Value {
    let mut app = app.clone();
    let urn = KIND.urn_of(&KIND.id_of(&app)).unwrap_or_default();
    app["project_id"] = json!(call.account.assignments.project_of(&urn).unwrap_or_default());
    app
}
