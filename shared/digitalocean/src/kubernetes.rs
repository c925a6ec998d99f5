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

/// Calls on Kubernetes clusters.
#[derive(Clone, Copy, Debug)]
pub struct KubernetesClusters<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on Kubernetes clusters.
    #[must_use]
    pub fn kubernetes_clusters(&self) -> KubernetesClusters<'_> {
        KubernetesClusters { client: self }
    }
}

impl KubernetesClusters<'_> {
    /// `GET /v2/kubernetes/clusters`, scope `kubernetes:read`.
    pub fn list(&self) -> Pages<KubernetesCluster> {
        Pages::new(self.client, &LIST, &[], "kubernetes_clusters")
    }

    /// `GET /v2/kubernetes/clusters/{id}`, scope `kubernetes:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cluster; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<KubernetesCluster, Error> {
        self.client.get_one(&GET, &[id], "kubernetes_cluster").await
    }
}

/// A Kubernetes cluster. Its nodes are droplets, listed as such, and are not read here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesCluster {
    /// The cluster's id, a UUID.
    pub id: String,
    /// Name, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// Slug of its version, such as `1.33.1-do.0`.
    #[serde(default)]
    pub version: Option<String>,
    /// The range of its pods' addresses.
    #[serde(default)]
    pub cluster_subnet: Option<String>,
    /// The range of its services' addresses.
    #[serde(default)]
    pub service_subnet: Option<String>,
    /// The VPC it is in. `None` when the token may not read VPCs.
    #[serde(default)]
    pub vpc_uuid: Option<String>,
    /// Its tags, `k8s` and `k8s:<id>` always among them. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Its node pools.
    #[serde(default, deserialize_with = "null_as_default")]
    pub node_pools: Vec<NodePool>,
    /// Whether DigitalOcean upgrades it to new patch releases.
    #[serde(default)]
    pub auto_upgrade: Option<bool>,
    /// Whether an upgrade brings up new nodes before it takes the old ones down.
    #[serde(default)]
    pub surge_upgrade: Option<bool>,
    /// Whether its control plane is highly available, which costs and cannot be undone.
    #[serde(default)]
    pub ha: Option<bool>,
    /// How it is.
    #[serde(default)]
    pub status: Option<ClusterStatus>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

/// How a cluster is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// In one word.
    #[serde(default)]
    pub state: Option<ClusterState>,
}

open_enum! {
    /// The state of a cluster.
    ClusterState {
        /// Running.
        Running = "running",
        /// Being made.
        Provisioning = "provisioning",
        /// Running, and not well.
        Degraded = "degraded",
        /// Failed.
        Error = "error",
        /// Gone.
        Deleted = "deleted",
        /// Being upgraded.
        Upgrading = "upgrading",
        /// Going.
        Deleting = "deleting",
    }
}

/// A pool of like nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePool {
    /// The pool's id, a UUID.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// Name, unique in the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of its nodes' droplet size.
    #[serde(default)]
    pub size: Option<String>,
    /// How many nodes it has.
    #[serde(default)]
    pub count: Option<u32>,
    /// Whether the cluster changes `count` by itself.
    #[serde(default, deserialize_with = "null_as_default")]
    pub auto_scale: bool,
    /// The least `count` with `auto_scale`; 0 without.
    #[serde(default)]
    pub min_nodes: Option<u32>,
    /// The most `count` with `auto_scale`; 0 without.
    #[serde(default)]
    pub max_nodes: Option<u32>,
}

impl ListItem for KubernetesCluster {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
