//! Access keys of Spaces.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Spaces-Keys>

use digitalocean::SpacesKey;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `spaces_key`: access keys of Spaces.
pub const SPACES_KEY: MirroredKind = MirroredKind {
    nonexistent_id: "DO000000000000000000",
    probe: |client, id| probe(async move { client.spaces_keys().get(id.as_str()).await }),
    ..MirroredKind::listed("spaces_key", "spaces_key:read", |client| list(client.spaces_keys().list(), normalise))
};

/// Normalises a key, by the id of the access key. DigitalOcean's list never contains the secret.
fn normalise(key: SpacesKey) -> Normalised {
    let id = ProviderId::new(key.access_key)?;
    let attrs = attrs(json!({ "grants": sorted(key.grants) }));
    let created_at = key.created_at.map(domain::to_millis);
    Ok((id, ResourceFacts { name: key.name, created_at, attrs, ..ResourceFacts::default() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::SPACES_KEY;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-uploads", "tags": [], "created_at": "2024-06-10T14:25:00Z",
            "attrs": { "grants": [
                { "bucket": "alpine-static", "permission": "read" }, { "bucket": "alpine-uploads", "permission": "readwrite" }
            ] }
        });
        assert_facts(&SPACES_KEY, "DO00EXAMPLEACCESSKEY", &facts).await;
    }
}
