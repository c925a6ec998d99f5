//! Kubernetes clusters. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Kubernetes>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for Kubernetes clusters.
    kubernetes_clusters: KubernetesClusters;

    /// Lists the Kubernetes clusters.
    list() -> [KubernetesCluster] = GET "/v2/kubernetes/clusters", "kubernetes:read", "kubernetes_clusters";

    /// Reads one cluster by its id.
    get(id: &str) -> KubernetesCluster = GET "/v2/kubernetes/clusters/{id}", "kubernetes:read", "kubernetes_cluster";
}

/// A Kubernetes cluster. Its nodes are droplets and appear in the list of droplets, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesCluster {
    /// The cluster's id, a UUID.
    pub id: String,
    /// Unique name of the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the region that the cluster is in.
    pub region: Option<String>,
    /// Slug of the cluster's Kubernetes version, such as `1.33.1-do.0`.
    pub version: Option<String>,
    /// Address range of the pods, in CIDR notation.
    pub cluster_subnet: Option<String>,
    /// Address range of the services, in CIDR notation.
    pub service_subnet: Option<String>,
    /// Id of the VPC that the cluster is in; `None` when the token may not read VPCs.
    pub vpc_uuid: Option<String>,
    /// Tags of the cluster, always including `k8s` and `k8s:<id>`; empty when the token may not
    /// read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Node pools of the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_pools: Vec<NodePool>,
    /// True if DigitalOcean upgrades the cluster to new patch releases automatically.
    pub auto_upgrade: Option<bool>,
    /// True if an upgrade starts new nodes before it removes the old ones.
    pub surge_upgrade: Option<bool>,
    /// True if the control plane is highly available. High availability costs extra and cannot be
    /// disabled again.
    pub ha: Option<bool>,
    /// State of the cluster; `None` when DigitalOcean does not send it.
    pub status: Option<ClusterStatus>,
    /// Creation time of the cluster.
    pub created_at: Option<DateTime<Utc>>,
}

/// The status object of a cluster. The model keeps only its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// State of the cluster in one word.
    pub state: Option<ClusterState>,
}

open_enum! {
    /// The state of a cluster.
    ClusterState {
        /// The cluster is running.
        Running = "running",
        /// The cluster is being created.
        Provisioning = "provisioning",
        /// The cluster is running with faults.
        Degraded = "degraded",
        /// The cluster has failed.
        Error = "error",
        /// The cluster has been deleted.
        Deleted = "deleted",
        /// The cluster is being upgraded.
        Upgrading = "upgrading",
        /// The cluster is being deleted.
        Deleting = "deleting",
    }
}

/// A pool of nodes of the same size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePool {
    /// Id of the pool, a UUID.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// Name of the pool, unique within the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the droplet size of the nodes.
    pub size: Option<String>,
    /// Number of nodes in the pool.
    pub count: Option<u32>,
    /// True if the cluster changes `count` automatically.
    #[serde(default, deserialize_with = "null_as_default")]
    pub auto_scale: bool,
    /// Smallest `count` with `auto_scale`; 0 without it.
    pub min_nodes: Option<u32>,
    /// Largest `count` with `auto_scale`; 0 without it.
    pub max_nodes: Option<u32>,
}

list_item!(KubernetesCluster by id: String);
