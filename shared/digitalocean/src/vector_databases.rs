//! Vector databases, in which similar texts and images are found.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Vector-Databases>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for vector databases.
    vector_databases: VectorDatabases;

    /// Lists the vector databases. DigitalOcean sends their total and no link to the next page.
    list() -> [VectorDatabase, paged_by_total()] = GET "/v2/vector-databases", "database:read", "vector_dbs";

    /// Reads one vector database.
    get(id: &str) -> VectorDatabase = GET "/v2/vector-databases/{id}", "database:read", "vector_db";
}

/// A vector database. The model leaves out its settings and its host names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorDatabase {
    /// The database's id, a UUID.
    pub id: String,
    /// Name of the database; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// State of the database, as DigitalOcean reports it.
    pub status: Option<VectorDatabaseStatus>,
    /// Slug of the region that the database is in.
    pub region: Option<String>,
    /// Size of the database: `small`, `medium` or `large`.
    pub size: Option<String>,
    /// Id of the project that the database is in.
    pub project_id: Option<String>,
    /// Tags of the database; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Creation time of the database.
    pub created_at: Option<DateTime<Utc>>,
}

open_enum! {
    /// The state of a vector database.
    VectorDatabaseStatus {
        /// The database has been requested.
        Pending = "pending",
        /// The database is being created.
        Creating = "creating",
        /// The database serves requests.
        Active = "active",
        /// The database has failed.
        Errored = "errored",
        /// The database is being deleted.
        Deleting = "deleting",
    }
}

list_item!(VectorDatabase by id: String);
