//! Managed database clusters.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Databases>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for managed database clusters.
    databases: Databases;

    /// Lists the database clusters, all in one response.
    /// [`Error::NotFound`](crate::Error::NotFound) may mean that the account has none.
    list() -> [Database, unpaged()] = GET "/v2/databases", "database:read", "databases";

    /// Reads one cluster by its id.
    get(id: &str) -> Database = GET "/v2/databases/{id}", "database:read", "database";
}

/// A managed database cluster. Its connections and users, which DigitalOcean sends with their
/// passwords, are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// The cluster's id, a UUID.
    pub id: String,
    /// Unique name of the cluster.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Database engine: `pg`, `mysql`, `valkey`, `mongodb`, `kafka`, `opensearch`, …
    pub engine: Option<String>,
    /// Version of the engine, such as `16`.
    pub version: Option<String>,
    /// Slug of the nodes' size, such as `db-s-2vcpu-4gb`.
    pub size: Option<String>,
    /// Number of nodes in the cluster.
    pub num_nodes: Option<u32>,
    /// Storage of the cluster, in mebibytes.
    pub storage_size_mib: Option<u64>,
    /// Slug of the region that the cluster is in.
    pub region: Option<String>,
    /// Id of the VPC that the cluster is in; empty when it is in none.
    pub private_network_uuid: Option<String>,
    /// Tags of the cluster; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// State of the cluster, as DigitalOcean reports it.
    pub status: Option<DatabaseStatus>,
    /// Creation time of the cluster.
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a database cluster.
    DatabaseStatus {
        /// The cluster is being created.
        Creating = "creating",
        /// The cluster serves requests.
        Online = "online",
        /// The cluster is getting other nodes.
        Resizing = "resizing",
        /// The cluster is moving to another region.
        Migrating = "migrating",
        /// The cluster is being created as a copy of another one.
        Forking = "forking",
    }
}

list_item!(Database by id: String);
