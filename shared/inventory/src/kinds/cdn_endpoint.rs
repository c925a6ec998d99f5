//! CDN endpoints. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/CDN-Endpoints>

use digitalocean::CdnEndpoint;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `cdn_endpoint`: CDN endpoints of Spaces buckets.
pub const CDN_ENDPOINT: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.cdn_endpoints().get(id.as_str()).await }),
    ..MirroredKind::listed("cdn_endpoint", "cdn:read", |client| list(client.cdn_endpoints().list(), normalise))
};

/// Normalises an endpoint. An empty custom domain counts as none.
fn normalise(cdn: CdnEndpoint) -> Normalised {
    let id = ProviderId::new(cdn.id)?;
    let attrs = attrs(json!({
        "origin": cdn.origin,
        "ttl": cdn.ttl,
        "custom_domain": given(cdn.custom_domain),
        "certificate_id": given(cdn.certificate_id),
    }));
    let created_at = cdn.created_at.map(domain::to_millis);
    let facts = ResourceFacts { name: cdn.endpoint, created_at, attrs, ..ResourceFacts::default() };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CDN_ENDPOINT;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-static.fra1.cdn.digitaloceanspaces.com", "tags": [], "created_at": "2024-06-10T14:22:31Z",
            "attrs": {
                "origin": "alpine-static.fra1.digitaloceanspaces.com", "ttl": 3600,
                "custom_domain": "static.alpine-outfitters.example",
                "certificate_id": "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21"
            }
        });
        assert_facts(&CDN_ENDPOINT, "5c0f4a5e-9d1b-4c84-8c2e-1b7a3f60d911", &facts).await;
    }
}
