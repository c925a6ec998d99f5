//! CDN endpoints. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/CDN-Endpoints>

use digitalocean::{CdnEndpoint, Client};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `cdn_endpoint`: CDN endpoints of Spaces buckets.
pub const CDN_ENDPOINT: CdnEndpointKind = CdnEndpointKind;

/// The implementation of the kind [`CDN_ENDPOINT`].
#[derive(Debug, Clone, Copy)]
pub struct CdnEndpointKind;

impl MirroredKind for CdnEndpointKind {
    fn kind(&self) -> Kind {
        Kind::from_static("cdn_endpoint")
    }

    fn scope(&self) -> &'static str {
        "cdn:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.cdn_endpoints().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for CdnEndpointKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.cdn_endpoints().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises an endpoint. An empty custom domain counts as none.
fn normalise(cdn: CdnEndpoint) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
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
