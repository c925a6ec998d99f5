//! Alert policies of monitoring (OpenAPI `schemas/alert_policy`).

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::LinkStyle;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "policies",
    single: "policy",
    id: "uuid",
    urn: None,
    read_scope: "monitoring:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/monitoring/alerts",
            access: Access::List,
            scopes: &[&["monitoring:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/monitoring/alerts/{alert_uuid}",
            access: Access::Object,
            scopes: &[&["monitoring:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    uuid: Uuid,
    description: String,
    #[serde(default = "droplet_cpu", rename = "type")]
    alert_type: String,
    #[serde(default = "greater_than")]
    compare: String,
    #[serde(default)]
    value: f64,
    #[serde(default = "five_minutes")]
    window: String,
    #[serde(default)]
    entities: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default = "enabled")]
    enabled: bool,
    #[serde(default)]
    alerts: Alerts,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alerts {
    #[serde(default)]
    email: Vec<String>,
    #[serde(default)]
    slack: Vec<Slack>,
}

/// A Slack channel (OpenAPI `schemas/slack_details`). The URL is a secret: a client that has it can
/// write to the channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slack {
    channel: String,
    url: String,
}

fn droplet_cpu() -> String {
    "v1/insights/droplet/cpu".to_owned()
}

fn greater_than() -> String {
    "GreaterThan".to_owned()
}

fn five_minutes() -> String {
    "5m".to_owned()
}

fn enabled() -> bool {
    true
}

fn build(value: Value, _: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let alert: Spec = spec(value)?;
    Ok(json!(alert).into())
}
