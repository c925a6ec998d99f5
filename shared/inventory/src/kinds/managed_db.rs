//! Managed database clusters.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Databases>

use digitalocean::Database;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `managed_db`: managed database clusters.
pub const MANAGED_DB: MirroredKind = MirroredKind {
    urn_names: &["dbaas"],
    // Storage grows automatically if the owner enabled that.
    state_fields: &["status", "attrs.storage_size_mib"],
    probe: |client, id| probe(async move { client.databases().get(id.as_str()).await }),
    ..MirroredKind::listed("managed_db", "database:read", |client| list(client.databases().list(), normalise))
};

/// Normalises a cluster. Connection details and users are secrets and are not even decoded. The
/// maintenance window is left out, because its changes mean nothing.
fn normalise(database: Database) -> Normalised {
    let id = ProviderId::new(database.id)?;
    let attrs = attrs(json!({
        "engine": database.engine,
        "version": database.version,
        "size": database.size,
        "num_nodes": database.num_nodes,
        "storage_size_mib": database.storage_size_mib,
        "private_network_uuid": given(database.private_network_uuid),
    }));
    let facts = ResourceFacts {
        name: database.name,
        region: database.region,
        status: database.status.map(|status| status.as_str().to_owned()),
        tags: sorted(database.tags),
        created_at: database.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::MANAGED_DB;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-orders-pg", "region": "fra1", "status": "online", "tags": ["prod", "shop"],
            "created_at": "2026-04-30T08:00:00Z",
            "attrs": {
                "engine": "pg", "version": "16", "size": "db-s-2vcpu-4gb", "num_nodes": 2, "storage_size_mib": 61440,
                "private_network_uuid": "00000000-5d4e-4c2b-8000-000066726131"
            }
        });
        assert_facts(&MANAGED_DB, "2f8a6c17-94d3-4be0-8a51-c3d7e0b9f264", &facts).await;
    }
}
