//! Knowledge bases of the Gen-AI platform.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/GradientAI-Platform>

use digitalocean::knowledge_bases::KnowledgeBase;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, named_project, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `knowledge_base`: what agents of the Gen-AI platform answer from.
pub const KNOWLEDGE_BASE: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.knowledge_bases().get(id.as_str()).await }),
    ..MirroredKind::listed("knowledge_base", "genai:read", |client| list(client.knowledge_bases().list(), normalise))
};

/// Normalises a knowledge base. Its parent is the project that it names.
fn normalise(base: KnowledgeBase) -> Normalised {
    let id = ProviderId::new(base.uuid)?;
    let facts = ResourceFacts {
        name: base.name,
        region: given(base.region),
        tags: sorted(base.tags),
        created_at: base.created_at.map(domain::to_millis),
        parent: named_project(base.project_id)?,
        attrs: attrs(json!({ "database_id": given(base.database_id) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::KNOWLEDGE_BASE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-manuals", "region": "tor1", "tags": [], "created_at": "2026-02-11T10:05:12Z",
            "parent": { "kind": "project", "provider_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77" },
            "attrs": { "database_id": "d25f7a90-6c1e-4b38-9f02-8e4b71c5a6d0" }
        });
        assert_facts(&KNOWLEDGE_BASE, "b83c1e6d-70a5-49f2-8d14-e6a90f57c23b", &facts).await;
    }
}
