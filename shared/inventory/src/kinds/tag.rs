//! Tags of the account. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use digitalocean::Tag;
use domain::{ProviderId, ResourceFacts};

use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `tag`: the tags of the account.
pub const TAG: MirroredKind = MirroredKind {
    nonexistent_id: "arcadia-cloud:nonexistent",
    probe: |client, id| probe(async move { client.tags().get(id.as_str()).await }),
    ..MirroredKind::listed("tag", "tag:read", |client| list(client.tags().list(), normalise))
};

/// Normalises a tag, which only has a name. The number of resources with the tag is left out,
/// because each resource has its tags among its own facts.
fn normalise(tag: Tag) -> Normalised {
    let id = ProviderId::new(tag.name.as_str())?;
    Ok((id, ResourceFacts { name: tag.name, ..ResourceFacts::default() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::TAG;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({ "name": "prod", "tags": [], "attrs": {} });
        assert_facts(&TAG, "prod", &facts).await;
    }
}
