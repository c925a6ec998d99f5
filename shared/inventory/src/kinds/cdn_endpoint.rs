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
