//! Managed database clusters.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Databases>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/databases", "database:read");
static GET: Operation = Operation::get("/v2/databases/{}", "database:read");

/// The API calls for managed database clusters, from [`Client::databases`].
#[derive(Clone, Copy, Debug)]
pub struct Databases<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for managed database clusters.
    #[must_use]
    pub fn databases(&self) -> Databases<'_> {
        Databases { client: self }
    }
}

impl Databases<'_> {
    /// Lists the database clusters, all in one response: `GET /v2/databases`, scope
    /// `database:read`. [`Error::NotFound`] may mean that the account has none.
    pub fn list(&self) -> Pages<Database> {
        Pages::new(self.client, &LIST, &[], "databases").unpaged()
    }

    /// Reads one cluster: `GET /v2/databases/{id}`, scope `database:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cluster; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Database, Error> {
        self.client.get_one(&GET, &[id], "database").await
    }
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
    #[serde(default)]
    pub engine: Option<String>,
    /// Version of the engine, such as `16`.
    #[serde(default)]
    pub version: Option<String>,
    /// Slug of the nodes' size, such as `db-s-2vcpu-4gb`.
    #[serde(default)]
    pub size: Option<String>,
    /// Number of nodes in the cluster.
    #[serde(default)]
    pub num_nodes: Option<u32>,
    /// Storage of the cluster, in mebibytes.
    #[serde(default)]
    pub storage_size_mib: Option<u64>,
    /// Slug of the region that the cluster is in.
    #[serde(default)]
    pub region: Option<String>,
    /// Id of the VPC that the cluster is in; empty when it is in none.
    #[serde(default)]
    pub private_network_uuid: Option<String>,
    /// Tags of the cluster; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// State of the cluster, as DigitalOcean reports it.
    #[serde(default)]
    pub status: Option<DatabaseStatus>,
    /// Creation time of the cluster.
    #[serde(default)]
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

impl ListItem for Database {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
