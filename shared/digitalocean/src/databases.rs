//! Managed database clusters. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Databases>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/databases", "database:read");
static GET: Operation = Operation::get("/v2/databases/{}", "database:read");

/// Calls on managed database clusters.
#[derive(Clone, Copy, Debug)]
pub struct Databases<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on managed database clusters.
    #[must_use]
    pub fn databases(&self) -> Databases<'_> {
        Databases { client: self }
    }
}

impl Databases<'_> {
    /// `GET /v2/databases`, scope `database:read`: every cluster, in one answer. [`Error::NotFound`] may mean that the account has none.
    pub fn list(&self) -> Pages<Database> {
        Pages::new(self.client, &LIST, &[], "databases").unpaged()
    }

    /// `GET /v2/databases/{id}`, scope `database:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cluster; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Database, Error> {
        self.client.get_one(&GET, &[id], "database").await
    }
}

/// A managed database cluster. Its connections and users, which DigitalOcean sends with their passwords, are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// The cluster's id, a UUID.
    pub id: String,
    /// Name, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// `pg`, `mysql`, `valkey`, `mongodb`, `kafka`, `opensearch`, …
    #[serde(default)]
    pub engine: Option<String>,
    /// The engine's version, such as `16`.
    #[serde(default)]
    pub version: Option<String>,
    /// Slug of its nodes' size, such as `db-s-2vcpu-4gb`.
    #[serde(default)]
    pub size: Option<String>,
    /// How many nodes it has.
    #[serde(default)]
    pub num_nodes: Option<u32>,
    /// Its storage, in mebibytes.
    #[serde(default)]
    pub storage_size_mib: Option<u64>,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// The VPC it is in; empty in none.
    #[serde(default)]
    pub private_network_uuid: Option<String>,
    /// Its tags. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// What state it is in.
    #[serde(default)]
    pub status: Option<DatabaseStatus>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a database cluster.
    DatabaseStatus {
        /// Being made.
        Creating = "creating",
        /// Serving.
        Online = "online",
        /// Getting other nodes.
        Resizing = "resizing",
        /// Moving to another region.
        Migrating = "migrating",
        /// Being made from another one.
        Forking = "forking",
    }
}

impl ListItem for Database {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
