//! A database cluster as a seed describes it and as DO shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
    #[serde(default = "postgres")]
    engine: String,
    #[serde(default = "version")]
    version: String,
    #[serde(default = "small_size")]
    size: String,
    #[serde(default = "one")]
    num_nodes: u32,
    #[serde(default = "storage")]
    storage_size_mib: u64,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default)]
    private_network_uuid: Option<String>,
    #[serde(default = "online")]
    status: String,
    /// Tags of the cluster. None is shown as null, which DO allows.
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default = "password")]
    password: String,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn postgres() -> String {
    "pg".to_owned()
}

fn version() -> String {
    "16".to_owned()
}

fn small_size() -> String {
    "db-s-1vcpu-2gb".to_owned()
}

fn one() -> u32 {
    1
}

fn storage() -> u64 {
    30_720
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn online() -> String {
    "online".to_owned()
}

fn password() -> String {
    "EXAMPLE-database-password".to_owned()
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let database: Spec = spec(value)?;
    let connection = |prefix: &str| connection(&format!("{prefix}{}", database.name), &database);
    let mut object = json!({
        "id": database.id,
        "name": database.name,
        "engine": database.engine,
        "version": database.version,
        "semantic_version": format!("{}.4", database.version),
        "num_nodes": database.num_nodes,
        "size": database.size,
        "region": database.region,
        "status": database.status,
        "created_at": rfc3339(database.created_at.unwrap_or(context.now)),
        "private_network_uuid": database.private_network_uuid.clone().unwrap_or_else(|| default_vpc(&database.region)),
        "tags": database.tags,
        "db_names": ["defaultdb"],
        "connection": connection(""),
        "private_connection": connection("private-"),
        "users": [{ "name": "doadmin", "role": "primary", "password": database.password }],
        "maintenance_window": { "day": "saturday", "hour": "08:45:12", "pending": false, "description": [] },
        "rules": [],
        "version_end_of_life": "2028-11-09T00:00:00Z",
        "version_end_of_availability": "2028-05-09T00:00:00Z",
        "storage_size_mib": database.storage_size_mib,
        "metrics_endpoints": [{ "host": format!("{}.db.ondigitalocean.com", database.name), "port": 9273 }],
        "do_settings": { "service_cnames": [] },
    });
    // DO shows the standby connections "For multi-node clusters" (OpenAPI `GET /v2/databases`).
    if database.num_nodes > 1 {
        object["standby_connection"] = connection("replica-");
        object["standby_private_connection"] = connection("private-replica-");
    }
    Ok(object.into())
}

/// A connection in the form of OpenAPI `schemas/database_connection`.
fn connection(name: &str, database: &Spec) -> Value {
    let host = format!("{name}-do-user-258992-0.db.ondigitalocean.com");
    let (scheme, password) = (database.engine.replace("pg", "postgres"), &database.password);
    json!({
        "uri": format!("{scheme}://doadmin:{password}@{host}:25060/defaultdb?sslmode=require"),
        "database": "defaultdb",
        "host": host,
        "port": 25060,
        "user": "doadmin",
        "password": password,
        "ssl": true,
    })
}
