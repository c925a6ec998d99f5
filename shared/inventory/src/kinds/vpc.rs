//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use digitalocean::{Client, Vpc};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `vpc`: VPC networks of the account.
pub const VPC: VpcKind = VpcKind;

/// The implementation of the kind [`VPC`].
#[derive(Debug, Clone, Copy)]
pub struct VpcKind;

impl MirroredKind for VpcKind {
    fn kind(&self) -> Kind {
        Kind::from_static("vpc")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["vpc"]
    }

    fn scope(&self) -> &'static str {
        "vpc:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.vpcs().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for VpcKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.vpcs().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a VPC. Its members are left out, because each resource has its VPC among its own
/// facts.
fn normalise(vpc: Vpc) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(vpc.id)?;
    let attrs = attrs(json!({
        "ip_range": vpc.ip_range,
        "default": vpc.default,
        "description": vpc.description.filter(|text| !text.is_empty()),
    }));
    let facts = ResourceFacts {
        name: vpc.name,
        region: vpc.region.filter(|slug| !slug.is_empty()),
        created_at: vpc.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
