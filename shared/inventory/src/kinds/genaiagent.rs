//! Agents of the Gen-AI platform, under the name that they have in URNs.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/GradientAI-Platform>

use digitalocean::agents::Agent;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, named_project, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `genaiagent`: agents of the Gen-AI platform.
pub const GENAIAGENT: MirroredKind = MirroredKind {
    urn_names: &["genaiagent"],
    probe: |client, id| probe(async move { client.agents().get(id.as_str()).await }),
    ..MirroredKind::listed("genaiagent", "genai:read", |client| list(client.agents().list(), normalise))
};

/// Normalises an agent. Its status is that of its deployment. Its parent is the project that it
/// names, which matters only while no project lists it.
fn normalise(agent: Agent) -> Normalised {
    let id = ProviderId::new(agent.uuid)?;
    let facts = ResourceFacts {
        name: agent.name,
        region: given(agent.region),
        status: given(agent.deployment.and_then(|deployment| deployment.status)),
        tags: sorted(agent.tags),
        created_at: agent.created_at.map(domain::to_millis),
        parent: named_project(agent.project_id)?,
        attrs: attrs(json!({ "model": agent.model.and_then(|model| given(model.name)) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::GENAIAGENT;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-helper", "region": "tor1", "status": "STATUS_RUNNING", "tags": ["shop"],
            "created_at": "2026-02-11T10:20:30Z",
            "parent": { "kind": "project", "provider_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77" },
            "attrs": { "model": "Llama 3.3 Instruct (70B)" }
        });
        assert_facts(&GENAIAGENT, "6e0b4f52-8d7c-4f5a-a3c1-2f9d61c0b7e8", &facts).await;
    }
}
