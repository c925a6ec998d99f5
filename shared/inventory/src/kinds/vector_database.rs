//! Vector databases, in which similar texts and images are found.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Vector-Databases>

use digitalocean::vector_databases::VectorDatabase;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, named_project, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `vector_database`: databases of similar texts and images.
pub const VECTOR_DATABASE: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.vector_databases().get(id.as_str()).await }),
    ..MirroredKind::listed("vector_database", "database:read", |client| {
        list(client.vector_databases().list(), normalise)
    })
};

/// Normalises a database. Its parent is the project that it names.
fn normalise(database: VectorDatabase) -> Normalised {
    let id = ProviderId::new(database.id)?;
    let facts = ResourceFacts {
        name: database.name,
        region: given(database.region),
        status: database.status.map(|status| status.as_str().to_owned()),
        tags: sorted(database.tags),
        created_at: database.created_at.map(domain::to_millis),
        parent: named_project(database.project_id)?,
        attrs: attrs(json!({ "size": given(database.size) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::VECTOR_DATABASE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-similar", "region": "tor1", "status": "active", "tags": ["prod", "shop"],
            "created_at": "2026-07-07T16:45:10Z",
            "parent": { "kind": "project", "provider_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77" },
            "attrs": { "size": "small" }
        });
        assert_facts(&VECTOR_DATABASE, "f4907c3a-58e2-4d6b-a1c9-3b70d8e6f215", &facts).await;
    }
}
