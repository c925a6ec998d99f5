//! Kubernetes clusters. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Kubernetes>

use digitalocean::kubernetes::NodePool;
use digitalocean::KubernetesCluster;
use domain::{ProviderId, ResourceFacts};
use serde_json::{Map, Value, json};

use crate::attrs::{attrs, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};
use crate::prices::UnitPrice;

/// The kind `k8s_cluster`: managed Kubernetes clusters.
pub const K8S_CLUSTER: MirroredKind = MirroredKind {
    urn_names: &["kubernetes"],
    // DigitalOcean upgrades clusters with automatic upgrades, and clusters whose version it no
    // longer supports.
    state_fields: &["status", "attrs.version", "attrs.autoscaled_node_counts"],
    probe: |client, id| probe(async move { client.kubernetes_clusters().get(id.as_str()).await }),
    ..MirroredKind::listed("k8s_cluster", "kubernetes:read", |client| list(client.kubernetes_clusters().list(), normalise))
};

/// The surcharge for a highly available control plane, prorated by the hour. Without the option
/// `ha` a control plane is free.
/// <https://docs.digitalocean.com/products/kubernetes/details/pricing/>
const HA_CONTROL_PLANE: UnitPrice = UnitPrice::dollars(40);

/// Normalises a cluster. Its price is that of its control plane; its nodes are droplets, each with
/// a price of its own.
fn normalise(mut cluster: KubernetesCluster) -> Normalised {
    let id = ProviderId::new(cluster.id)?;
    cluster.node_pools.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let counts = cluster.node_pools.iter().filter(|pool| pool.auto_scale);
    let counts: Map<String, Value> = counts.map(|pool| (pool.name.clone(), json!(pool.count))).collect();
    let attrs = attrs(json!({
        "version": cluster.version,
        "ha": cluster.ha,
        "auto_upgrade": cluster.auto_upgrade,
        "surge_upgrade": cluster.surge_upgrade,
        "vpc_uuid": cluster.vpc_uuid,
        "cluster_subnet": cluster.cluster_subnet,
        "service_subnet": cluster.service_subnet,
        "node_pools": cluster.node_pools.iter().map(pool_attrs).collect::<Vec<_>>(),
        "autoscaled_node_counts": (!counts.is_empty()).then_some(counts),
    }));
    let facts = ResourceFacts {
        name: cluster.name,
        region: cluster.region,
        status: cluster.status.and_then(|status| status.state).map(|state| state.as_str().to_owned()),
        tags: sorted(cluster.tags),
        price_monthly: (cluster.ha == Some(true)).then(|| HA_CONTROL_PLANE.times(1)),
        created_at: cluster.created_at.map(domain::to_millis),
        parent: None,
        attrs,
    };
    Ok((id, facts))
}

/// Returns the configured properties of a pool. The number of nodes is one of them unless the pool
/// scales automatically.
fn pool_attrs(pool: &NodePool) -> Map<String, Value> {
    attrs(json!({
        "id": pool.id,
        "name": pool.name,
        "size": pool.size,
        "count": pool.count.filter(|_| !pool.auto_scale),
        "auto_scale": pool.auto_scale,
        "min_nodes": pool.min_nodes.filter(|_| pool.auto_scale),
        "max_nodes": pool.max_nodes.filter(|_| pool.auto_scale),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::K8S_CLUSTER;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-cluster", "region": "fra1", "status": "running",
            "tags": ["k8s", "k8s:9b7e2d40-3c58-4f1a-b6d2-71e0c8a4f953", "shop"],
            "price_monthly": { "amount": "40.00", "currency": "USD" }, "created_at": "2026-04-30T12:00:00Z",
            "attrs": {
                "version": "1.33.1-do.0", "ha": true, "auto_upgrade": true, "surge_upgrade": true,
                "vpc_uuid": "00000000-5d4e-4c2b-8000-000066726131",
                "cluster_subnet": "10.244.0.0/16", "service_subnet": "10.245.0.0/16",
                "node_pools": [
                    {
                        "id": "f3d8b264-91e7-4c05-a6f9-2b4e70d1c836", "name": "batch", "size": "c-2",
                        "auto_scale": true, "min_nodes": 1, "max_nodes": 4
                    },
                    {
                        "id": "0c5f7e18-6a2d-49b3-8e41-d97b03c6a521", "name": "web", "size": "s-2vcpu-4gb",
                        "count": 2, "auto_scale": false
                    }
                ],
                "autoscaled_node_counts": { "batch": 1 }
            }
        });
        assert_facts(&K8S_CLUSTER, "9b7e2d40-3c58-4f1a-b6d2-71e0c8a4f953", &facts).await;
    }
}
