//! Kubernetes clusters. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Kubernetes>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/kubernetes/clusters", "kubernetes:read");
static GET: Operation = Operation::get("/v2/kubernetes/clusters/{}", "kubernetes:read");

/// The API calls for Kubernetes clusters, from [`Client::kubernetes_clusters`].
#[derive(Clone, Copy, Debug)]
pub struct KubernetesClusters<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for Kubernetes clusters.
    #[must_use]
    pub fn kubernetes_clusters(&self) -> KubernetesClusters<'_> {
        KubernetesClusters { client: self }
    }
}

impl KubernetesClusters<'_> {
    /// Lists the Kubernetes clusters: `GET /v2/kubernetes/clusters`, scope `kubernetes:read`.
    pub fn list(&self) -> Pages<KubernetesCluster> {
        Pages::new(self.client, &LIST, &[], "kubernetes_clusters")
    }

    /// Reads one cluster: `GET /v2/kubernetes/clusters/{id}`, scope `kubernetes:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cluster; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<KubernetesCluster, Error> {
        self.client.get_one(&GET, &[id], "kubernetes_cluster").await
    }
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
    #[serde(default)]
    pub region: Option<String>,
    /// Slug of the cluster's Kubernetes version, such as `1.33.1-do.0`.
    #[serde(default)]
    pub version: Option<String>,
    /// Address range of the pods, in CIDR notation.
    #[serde(default)]
    pub cluster_subnet: Option<String>,
    /// Address range of the services, in CIDR notation.
    #[serde(default)]
    pub service_subnet: Option<String>,
    /// Id of the VPC that the cluster is in; `None` when the token may not read VPCs.
    #[serde(default)]
    pub vpc_uuid: Option<String>,
    /// Tags of the cluster, always including `k8s` and `k8s:<id>`; empty when the token may not
    /// read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Node pools of the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_pools: Vec<NodePool>,
    /// True if DigitalOcean upgrades the cluster to new patch releases automatically.
    #[serde(default)]
    pub auto_upgrade: Option<bool>,
    /// True if an upgrade starts new nodes before it removes the old ones.
    #[serde(default)]
    pub surge_upgrade: Option<bool>,
    /// True if the control plane is highly available. High availability costs extra and cannot be
    /// disabled again.
    #[serde(default)]
    pub ha: Option<bool>,
    /// State of the cluster; `None` when DigitalOcean does not send it.
    #[serde(default)]
    pub status: Option<ClusterStatus>,
    /// Creation time of the cluster.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

/// The status object of a cluster. The model keeps only its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// State of the cluster in one word.
    #[serde(default)]
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
    #[serde(default)]
    pub size: Option<String>,
    /// Number of nodes in the pool.
    #[serde(default)]
    pub count: Option<u32>,
    /// True if the cluster changes `count` automatically.
    #[serde(default, deserialize_with = "null_as_default")]
    pub auto_scale: bool,
    /// Smallest `count` with `auto_scale`; 0 without it.
    #[serde(default)]
    pub min_nodes: Option<u32>,
    /// Largest `count` with `auto_scale`; 0 without it.
    #[serde(default)]
    pub max_nodes: Option<u32>,
}

impl ListItem for KubernetesCluster {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
