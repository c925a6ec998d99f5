//! Endpoints that only list objects and show one: a row each, without a file of their own where the
//! fields are plain too.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{cdn, certificates, functions_namespaces, kubernetes_clusters, vpcs};
use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::model::kind::{Blank, Kind, ScopedField, set_known};
use crate::route::{Access, Family, Route};

/// A row of the table. Routes, seeds, admin paths and URNs follow from it, and in the tests the
/// requests of the contract test.
pub(crate) struct PlainEndpoint {
    /// The objects, for people.
    pub(crate) about: &'static str,
    /// The schema of an object in the OpenAPI document, for a document without the second route.
    pub(crate) schema: &'static str,
    pub(crate) kind: &'static Kind,
    pub(crate) family: Family,
}

/// Makes a row: what it is about, its schema, the path of the list, the parameter of a single
/// object, the scopes, the style of the links, the query parameters that filter by the field of the
/// same name, and the kind.
macro_rules! plain {
    ($about:literal, $schema:literal, $path:literal / $parameter:literal, $scopes:expr, $links:ident, $filters:expr, $kind:expr) => {{
        static KIND: Kind = $kind;
        PlainEndpoint {
            about: $about,
            schema: $schema,
            kind: &KIND,
            family: Family {
                kind: Some(&KIND),
                routes: &[
                    Route {
                        method: Method::GET,
                        path: $path,
                        access: Access::List,
                        scopes: &[&$scopes],
                        handler: |call| Ok(list(call, &KIND, LinkStyle::$links, &$filters)),
                    },
                    Route {
                        method: Method::GET,
                        path: concat!($path, "/", $parameter),
                        access: Access::Object,
                        scopes: &[&$scopes],
                        handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
                    },
                ],
            },
        }
    }};
}

const NO_FILTERS: [&str; 0] = [];

/// A kind without URN, scoped fields and special fields, which rows change where theirs differs.
const UNSCOPED: Kind = Kind {
    collection: "",
    single: "",
    id: "id",
    urn: None,
    read_scope: "",
    scoped_fields: &[],
    build: |_, _| Err("the row has no `build`".to_owned()),
    set: set_known,
};

/// The table. A row whose objects have only fixed defaults builds them by [`object`].
pub(crate) static PLAIN: &[PlainEndpoint] = &[
    plain!(
        "VPCs",
        "vpc",
        "/v2/vpcs" / "{vpc_id}",
        ["vpc:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "vpcs",
            single: "vpc",
            urn: Some("vpc"),
            read_scope: "vpc:read",
            build: vpcs::build,
            ..UNSCOPED
        }
    ),
    plain!(
        "CDN endpoints",
        "cdn_endpoint",
        "/v2/cdn/endpoints" / "{cdn_id}",
        ["cdn:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "endpoints",
            single: "endpoint",
            read_scope: "cdn:read",
            build: cdn::build,
            set: cdn::set,
            ..UNSCOPED
        }
    ),
    // The filter: OpenAPI `parameters/certificate_name`; the default is empty.
    plain!(
        "certificates",
        "certificate",
        "/v2/certificates" / "{certificate_id}",
        ["certificate:read"],
        Usual,
        ["name"],
        Kind {
            collection: "certificates",
            single: "certificate",
            read_scope: "certificate:read",
            build: certificates::build,
            ..UNSCOPED
        }
    ),
    plain!(
        "uptime checks",
        "check",
        "/v2/uptime/checks" / "{check_id}",
        ["uptime:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "checks",
            single: "check",
            read_scope: "uptime:read",
            build: |seed, _| {
                let defaults = json!({
                    "id": Uuid::new_v4(), "type": "https", "regions": ["us_east", "eu_west"], "enabled": true,
                });
                object(seed, json!({ "name": "", "target": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    // The URL of a Slack channel (OpenAPI `schemas/slack_details`) is a secret: a client that has
    // it can write to the channel.
    plain!(
        "alert policies of monitoring",
        "alert_policy",
        "/v2/monitoring/alerts" / "{alert_uuid}",
        ["monitoring:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "policies",
            single: "policy",
            id: "uuid",
            read_scope: "monitoring:read",
            build: |seed, _| {
                let defaults = json!({
                    "uuid": Uuid::new_v4(), "type": "v1/insights/droplet/cpu", "compare": "GreaterThan", "value": 0.0,
                    "window": "5m", "entities": [], "tags": [], "enabled": true, "alerts": { "email": [], "slack": [] },
                });
                object(seed, json!({ "description": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    // The scopes of the fields: OpenAPI `schemas/cluster_read`, "Requires `tag:read` scope." and so
    // on.
    plain!(
        "Kubernetes clusters",
        "cluster_read",
        "/v2/kubernetes/clusters" / "{cluster_id}",
        ["kubernetes:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "kubernetes_clusters",
            single: "kubernetes_cluster",
            urn: Some("kubernetes"),
            read_scope: "kubernetes:read",
            scoped_fields: &[
                ScopedField { name: "tags", scope: "tag:read", blank: Blank::List },
                ScopedField { name: "vpc_uuid", scope: "vpc:read", blank: Blank::Absent },
            ],
            build: kubernetes_clusters::build,
            ..UNSCOPED
        }
    ),
    plain!(
        "namespaces of Functions",
        "namespace_info",
        "/v2/functions/namespaces" / "{namespace_id}",
        ["function:read", "function:admin"],
        Unpaged,
        NO_FILTERS,
        Kind {
            collection: "namespaces",
            single: "namespace",
            id: "namespace",
            read_scope: "function:read",
            build: functions_namespaces::build,
            ..UNSCOPED
        }
    ),
    // The scope `nfs:list` stands for `nfs:get` as well.
    plain!(
        "NFS shares",
        "nfs_response",
        "/v2/nfs" / "{nfs_id}",
        ["nfs:list"],
        Unpaged,
        NO_FILTERS,
        Kind {
            collection: "shares",
            single: "share",
            read_scope: "nfs:list",
            build: |seed, context| {
                let defaults = json!({
                    "id": Uuid::new_v4(), "size_gib": 50, "region": "atl1", "status": "ACTIVE", "vpc_ids": [],
                    "performance_tier": "PERFORMANCE_TIER_HIGH", "created_at": rfc3339(context.now),
                });
                object(seed, json!({ "name": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "VPC peerings",
        "vpc_peering",
        "/v2/vpc_peerings" / "{vpc_peering_id}",
        ["vpc_peering:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "vpc_peerings",
            single: "vpc_peering",
            read_scope: "vpc_peering:read",
            build: |seed, context| {
                let defaults = json!({ "id": Uuid::new_v4(), "status": "ACTIVE", "created_at": rfc3339(context.now) });
                object(seed, json!({ "name": "", "vpc_ids": [] }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "BYOIP prefixes",
        "byoip_prefix",
        "/v2/byoip_prefixes" / "{byoip_prefix_uuid}",
        ["byoip_prefix:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "byoip_prefixes",
            single: "byoip_prefix",
            id: "uuid",
            read_scope: "byoip_prefix:read",
            build: |seed, _| {
                let defaults = json!({
                    "uuid": Uuid::new_v4(), "name": "", "status": "active", "region": "fra1", "validations": [],
                    "failure_reason": "", "locked": false, "advertised": true, "project_id": "",
                });
                object(seed, json!({ "prefix": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "Gen-AI agents",
        "apiAgentPublic",
        "/v2/gen-ai/agents" / "{uuid}",
        ["genai:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "agents",
            single: "agent",
            id: "uuid",
            urn: Some("genaiagent"),
            read_scope: "genai:read",
            build: |seed, context| {
                let defaults = json!({
                    "uuid": Uuid::new_v4(), "region": "tor1", "project_id": "", "instruction": "", "tags": [],
                    "model": { "name": "Llama 3.3 Instruct (70B)" }, "deployment": { "status": "STATUS_RUNNING" },
                    "created_at": rfc3339(context.now),
                });
                object(seed, json!({ "name": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "Gen-AI knowledge bases",
        "apiKnowledgeBase",
        "/v2/gen-ai/knowledge_bases" / "{uuid}",
        ["genai:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "knowledge_bases",
            single: "knowledge_base",
            id: "uuid",
            read_scope: "genai:read",
            build: |seed, context| {
                let defaults = json!({
                    "uuid": Uuid::new_v4(), "region": "tor1", "project_id": "", "database_id": Uuid::new_v4(), "tags": [],
                    "created_at": rfc3339(context.now),
                });
                object(seed, json!({ "name": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "dedicated inference endpoints",
        "dedicated_inference",
        "/v2/dedicated-inferences" / "{dedicated_inference_id}",
        ["dedicated_inference:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "dedicated_inferences",
            single: "dedicated_inference",
            read_scope: "dedicated_inference:read",
            build: |seed, context| {
                let (vpc, deployment) = (Uuid::new_v4(), json!({ "model_slug": "mistral/mistral-7b-instruct-v3" }));
                let defaults = json!({
                    "id": Uuid::new_v4(), "status": "active", "region": "tor1", "vpc_uuid": vpc,
                    "created_at": rfc3339(context.now), "updated_at": rfc3339(context.now),
                    "spec": {
                        "version": 1, "name": "inference", "region": "tor1", "vpc": { "uuid": vpc },
                        "enable_public_endpoint": false, "model_deployments": [deployment],
                    },
                });
                object(seed, json!({}), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "vector databases",
        "vectordbVectorDB",
        "/v2/vector-databases" / "{id}",
        ["database:read"],
        Total,
        NO_FILTERS,
        Kind {
            collection: "vector_dbs",
            single: "vector_db",
            read_scope: "database:read",
            build: |seed, context| {
                let defaults = json!({
                    "id": Uuid::new_v4(), "status": "active", "region": "tor1", "size": "small", "project_id": "", "tags": [],
                    "created_at": rfc3339(context.now),
                });
                object(seed, json!({ "name": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "partner network attachments",
        "partner_attachment",
        "/v2/partner_network_connect/attachments" / "{pa_id}",
        ["partner_network_connect:read"],
        Usual,
        NO_FILTERS,
        Kind {
            collection: "partner_attachments",
            single: "partner_attachment",
            read_scope: "partner_network_connect:read",
            build: |seed, context| {
                let defaults = json!({
                    "id": Uuid::new_v4(), "state": "active", "connection_bandwidth_in_mbps": 1000, "region": "nyc",
                    "naas_provider": "megaport", "vpc_ids": [], "bgp": { "auth_key": "" }, "parent_uuid": "",
                    "created_at": rfc3339(context.now),
                });
                object(seed, json!({ "name": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
    plain!(
        "SaaS add-ons",
        "addons_resource",
        "/v2/add-ons/saas" / "{resource_uuid}",
        ["addon:read"],
        Unpaged,
        NO_FILTERS,
        Kind {
            collection: "resources",
            single: "resource",
            id: "uuid",
            read_scope: "addon:read",
            build: |seed, _| {
                let defaults = json!({
                    "uuid": Uuid::new_v4(), "state": "provisioned", "app_name": "", "plan_name": "", "plan_slug": "basic",
                    "plan_price_per_month": 0, "has_config": false, "metadata": [], "sso_url": "", "message": "",
                });
                object(seed, json!({ "name": "", "app_slug": "" }), defaults).map(Into::into)
            },
            ..UNSCOPED
        }
    ),
];

/// A plain endpoint, for tests that derive their requests from the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainInfo {
    /// The objects, for people.
    pub about: &'static str,
    /// Path of the list.
    pub list: &'static str,
    /// Path of a single object, as the OpenAPI document writes it.
    pub object: &'static str,
    /// Key of the list in answers, in seeds and in admin paths.
    pub collection: &'static str,
    /// Key of a single object in answers.
    pub single: &'static str,
    /// Field that identifies an object.
    pub id: &'static str,
    /// Name of an object's schema in the OpenAPI document.
    pub schema: &'static str,
}

/// Returns the endpoints that only list objects and show one.
#[must_use]
pub fn plain_endpoints() -> Vec<PlainInfo> {
    let info = |row: &PlainEndpoint| PlainInfo {
        about: row.about,
        list: row.family.routes[0].path,
        object: row.family.routes[1].path,
        collection: row.kind.collection,
        single: row.kind.single,
        id: row.kind.id,
        schema: row.schema,
    };
    PLAIN.iter().map(info).collect()
}

/// Lists the objects whose fields equal the query parameters of the same names. An empty parameter
/// filters nothing.
fn list(call: &Call<'_>, kind: &'static Kind, links: LinkStyle, filters: &[&str]) -> Reply {
    let query = &call.request.query;
    let wanted = |&field: &&str| Some((field.to_owned(), query.get(field).filter(|value| !value.is_empty())?.clone()));
    let wanted: Vec<(String, String)> = filters.iter().filter_map(wanted).collect();
    call.list(kind, links, |object| wanted.iter().all(|(field, value)| object[field.as_str()] == *value))
}

/// The object of a seed: the fields of `required`, which has an example of each, and of `defaults`.
/// A given value has the type of the example or the default; so has a UUID and a time.
fn object(seed: Value, required: Value, defaults: Value) -> Result<Value, String> {
    let given = seed.as_object().ok_or("it is not an object")?;
    if let Some(missing) = fields(&required).find(|field| !given.contains_key(*field)) {
        return Err(format!("missing field `{missing}`"));
    }
    let mut object = required;
    if let (Value::Object(object), Value::Object(defaults)) = (&mut object, defaults) {
        object.extend(defaults);
    }
    merge(&mut object, seed, "")?;
    Ok(object)
}

fn fields(value: &Value) -> impl Iterator<Item = &String> {
    value.as_object().into_iter().flat_map(Map::keys)
}

/// Replaces `slot` by a given value of its type. Objects are replaced field by field.
fn merge(slot: &mut Value, given: Value, path: &str) -> Result<(), String> {
    match (slot, given) {
        (Value::Object(slot), Value::Object(given)) => {
            for (field, value) in given {
                let path = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
                let slot = slot.get_mut(&field).ok_or_else(|| format!("unknown field `{path}`"))?;
                merge(slot, value, &path)?;
            }
            Ok(())
        }
        (slot, given) => {
            let is_uuid = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Uuid>().is_ok());
            let is_time = |value: &Value| value.as_str().is_some_and(|text| text.parse::<DateTime<Utc>>().is_ok());
            if std::mem::discriminant(slot) != std::mem::discriminant(&given) && !slot.is_null() {
                return Err(format!("{path}: `{given}` is not of the type of `{slot}`"));
            }
            if is_uuid(slot) && !is_uuid(&given) {
                return Err(format!("{path}: `{given}` is no UUID"));
            }
            if is_time(slot) && !is_time(&given) {
                return Err(format!("{path}: `{given}` is no time"));
            }
            *slot = given;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(seed: Value) -> Result<Value, String> {
        let defaults = json!({
            "id": "0b0f4a5e-9d1b-4c84-8c2e-1b7a3f60d911", "made_at": "2026-01-01T00:00:00Z", "size": 1,
            "alerts": { "email": [], "slack": [] }, "parent": null,
        });
        object(seed, json!({ "name": "" }), defaults)
    }

    #[test]
    fn a_seed_gives_the_required_fields_and_replaces_defaults() {
        let object = built(json!({ "name": "a", "size": 2, "alerts": { "email": ["x"] }, "parent": "p" })).unwrap();
        assert_eq!((&object["name"], &object["size"], &object["parent"]), (&json!("a"), &json!(2), &json!("p")));
        assert_eq!(object["alerts"], json!({ "email": ["x"], "slack": [] }));
        assert_eq!(object["id"], "0b0f4a5e-9d1b-4c84-8c2e-1b7a3f60d911");
    }

    #[test]
    fn what_a_seed_cannot_have_is_named() {
        for (seed, error) in [
            (json!({}), "missing field `name`"),
            (json!({ "name": "a", "sizes": 1 }), "unknown field `sizes`"),
            (json!({ "name": "a", "alerts": { "sms": [] } }), "unknown field `alerts.sms`"),
            (json!({ "name": 7 }), "name: `7`"),
            (json!({ "name": "a", "size": "2" }), "size: `\"2\"`"),
            (json!({ "name": "a", "id": "x" }), "id: `\"x\"` is no UUID"),
            (json!({ "name": "a", "made_at": "yesterday" }), "made_at: `\"yesterday\"` is no time"),
            (json!([]), "not an object"),
        ] {
            let refused = built(seed).unwrap_err();
            assert!(refused.contains(error), "{refused}");
        }
    }
}
