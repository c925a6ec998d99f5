//! Kubernetes clusters (OpenAPI `schemas/cluster_read`). The simulator does not serve the droplets
//! of the nodes: they are only ids.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::endpoints::droplets::default_vpc;
use crate::model::kind::{BuildContext, BuiltObject, spec};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "version")]
    version: String,
    #[serde(default)]
    vpc_uuid: Option<String>,
    #[serde(default)]
    node_pools: Vec<Pool>,
    #[serde(default)]
    ha: bool,
    #[serde(default)]
    auto_upgrade: bool,
    #[serde(default)]
    surge_upgrade: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default = "running")]
    state: String,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pool {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "basic_size")]
    size: String,
    #[serde(default = "one")]
    count: u32,
    #[serde(default)]
    labels: Option<Map<String, Value>>,
    #[serde(default)]
    auto_scale: bool,
    #[serde(default)]
    min_nodes: u32,
    #[serde(default)]
    max_nodes: u32,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn version() -> String {
    "1.33.1-do.0".to_owned()
}

fn running() -> String {
    "running".to_owned()
}

fn basic_size() -> String {
    "s-2vcpu-4gb".to_owned()
}

fn one() -> u32 {
    1
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let cluster: Spec = spec(value)?;
    let created_at = rfc3339(cluster.created_at.unwrap_or(context.now));
    // "All clusters are automatically tagged", node pools too (OpenAPI `schemas/cluster_read`,
    // `schemas/kubernetes_node_pool_base`).
    let own = ["k8s".to_owned(), format!("k8s:{}", cluster.id)];
    let tags: Vec<String> = cluster.tags.into_iter().chain(own).collect();
    let pools = cluster.node_pools.iter().map(|pool| pool_object(pool, &tags, &created_at, context));
    let mut object = json!({
        "id": cluster.id,
        "name": cluster.name,
        "region": cluster.region,
        "version": cluster.version,
        "vpc_uuid": cluster.vpc_uuid.unwrap_or_else(|| default_vpc(&cluster.region)),
        "cluster_subnet": "10.244.0.0/16",
        "service_subnet": "10.245.0.0/16",
        "endpoint": format!("https://{}.k8s.ondigitalocean.com", cluster.id),
        "node_pools": pools.collect::<Vec<_>>(),
        "tags": tags,
        "maintenance_policy": { "start_time": "00:00", "duration": "4h0m0s", "day": "any" },
        "auto_upgrade": cluster.auto_upgrade,
        "isolated_workers": false,
        "status": { "state": cluster.state },
        "created_at": created_at,
        "updated_at": created_at,
        "surge_upgrade": cluster.surge_upgrade,
        "ha": cluster.ha,
        "registry_enabled": false,
        "registries": null,
        "control_plane_firewall": null,
        "cluster_autoscaler_configuration": null,
        "sso": null,
        "routing_agent": { "enabled": false },
    });
    // "This will not be set if high availability is configured" (OpenAPI `schemas/cluster_read`).
    if !cluster.ha {
        object["ipv4"] = json!("198.18.40.7");
    }
    Ok(object.into())
}

fn pool_object(pool: &Pool, cluster_tags: &[String], created_at: &str, context: &mut BuildContext<'_>) -> Value {
    let node = |number| {
        json!({
            "id": Uuid::new_v4(),
            "name": format!("{}-{number}", pool.name),
            "status": { "state": "running" },
            "droplet_id": context.numeric_id(None).to_string(),
            "created_at": created_at,
            "updated_at": created_at,
        })
    };
    let nodes: Vec<Value> = (1..=pool.count).map(node).collect();
    let tags: Vec<&str> = cluster_tags.iter().map(String::as_str).chain(["k8s-worker"]).collect();
    json!({
        "id": pool.id,
        "name": pool.name,
        "size": pool.size,
        "count": pool.count,
        "tags": tags,
        "labels": pool.labels,
        "taints": [],
        "auto_scale": pool.auto_scale,
        "min_nodes": pool.min_nodes,
        "max_nodes": pool.max_nodes,
        "nodes": nodes,
    })
}
