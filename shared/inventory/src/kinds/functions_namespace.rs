//! Namespaces of DigitalOcean Functions.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Functions>

use digitalocean::FunctionsNamespace;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::attrs;
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `functions_namespace`: namespaces of DigitalOcean Functions.
pub const FUNCTIONS_NAMESPACE: MirroredKind = MirroredKind {
    // DigitalOcean requires both scopes to list namespaces.
    nonexistent_id: "fn-00000000-0000-0000-0000-000000000000",
    probe: |client, id| probe(async move { client.functions_namespaces().get(id.as_str()).await }),
    ..MirroredKind::listed("functions_namespace", "function:read function:admin", |client| list(client.functions_namespaces().list(), normalise))
};

/// Normalises a namespace. Its id is the one that the API's paths use.
fn normalise(namespace: FunctionsNamespace) -> Normalised {
    let id = ProviderId::new(namespace.namespace)?;
    let facts = ResourceFacts {
        name: namespace.label,
        region: namespace.region,
        created_at: namespace.created_at.map(domain::to_millis),
        attrs: attrs(json!({ "api_host": namespace.api_host })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FUNCTIONS_NAMESPACE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "webhooks", "region": "ams3", "tags": [], "created_at": "2025-03-28T15:20:10Z",
            "attrs": { "api_host": "https://faas-ams3-2ef2e6cc.doserverless.co" }
        });
        assert_facts(&FUNCTIONS_NAMESPACE, "fn-6c2b8f0e-17d4-4a9b-a5e3-0f94d1c7b825", &facts).await;
    }
}
