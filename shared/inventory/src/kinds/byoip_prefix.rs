//! Address ranges that a user brings to DigitalOcean (BYOIP).
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/BYOIP-Prefixes>

use digitalocean::byoip_prefixes::ByoipPrefix;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, named_project};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `byoip_prefix`: address ranges of the account's own.
pub const BYOIP_PREFIX: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.byoip_prefixes().get(id.as_str()).await }),
    ..MirroredKind::listed("byoip_prefix", "byoip_prefix:read", |client| {
        list(client.byoip_prefixes().list(), normalise)
    })
};

/// Normalises a prefix. Its parent is the project that it names. A prefix without a name has that
/// of its range. `locked` is left out, because its changes mean nothing.
fn normalise(prefix: ByoipPrefix) -> Normalised {
    let id = ProviderId::new(prefix.uuid)?;
    let facts = ResourceFacts {
        name: given(prefix.name).unwrap_or_else(|| prefix.prefix.clone()),
        region: given(prefix.region),
        status: given(prefix.status),
        parent: named_project(prefix.project_id)?,
        attrs: attrs(json!({ "prefix": prefix.prefix, "advertised": prefix.advertised })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::BYOIP_PREFIX;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "198.18.64.0/24", "region": "fra1", "status": "active", "tags": [],
            "parent": { "kind": "project", "provider_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77" },
            "attrs": { "prefix": "198.18.64.0/24", "advertised": true }
        });
        assert_facts(&BYOIP_PREFIX, "e71d5a08-3b9c-4d26-a4f7-90c8b62e15d3", &facts).await;
    }
}
