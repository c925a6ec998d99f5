//! NAT gateways of VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-NAT-Gateways>

use digitalocean::{Client, NatGateway};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult, VPC};

/// The kind `nat_gateway`: NAT gateways of VPC networks.
pub const NAT_GATEWAY: NatGatewayKind = NatGatewayKind;

/// The implementation of the kind [`NAT_GATEWAY`].
#[derive(Debug, Clone, Copy)]
pub struct NatGatewayKind;

impl MirroredKind for NatGatewayKind {
    fn kind(&self) -> Kind {
        Kind::from_static("nat_gateway")
    }

    fn scope(&self) -> &'static str {
        "nat_gateway:read"
    }

    /// DigitalOcean assigns the addresses some time after the gateway is created.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.gateway_addresses", "attrs.public_addresses"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.nat_gateways().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for NatGatewayKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.nat_gateways().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a gateway. Its parent is the VPC that it serves; if it serves several, it has no
/// parent. Left out: `updated_at`, whose changes mean nothing, and `project_id`, because
/// attribution uses the projects' own lists.
fn normalise(gateway: NatGateway) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(gateway.id)?;
    let vpc_of = |uuid: &str| Some(Parent { kind: VPC.kind(), provider_id: ProviderId::new(uuid).ok()? });
    let parent = match gateway.vpcs.as_slice() {
        [vpc] => vpc_of(&vpc.vpc_uuid),
        _ => None,
    };
    let public = gateway.egresses.public_gateways.iter().map(|public| public.ipv4.as_str());
    let attrs = attrs(json!({
        "type": gateway.gateway_type,
        "size": gateway.size,
        "vpc_uuids": sorted(gateway.vpcs.iter().map(|vpc| vpc.vpc_uuid.as_str())),
        "gateway_addresses": sorted(gateway.vpcs.iter().filter_map(|vpc| vpc.gateway_ip.as_deref())),
        "public_addresses": sorted(public.filter(|address| !address.is_empty())),
        "udp_timeout_seconds": gateway.udp_timeout_seconds,
        "icmp_timeout_seconds": gateway.icmp_timeout_seconds,
        "tcp_timeout_seconds": gateway.tcp_timeout_seconds,
    }));
    let facts = ResourceFacts {
        name: gateway.name,
        region: gateway.region.filter(|slug| !slug.is_empty()),
        status: gateway.state.map(|state| state.as_str().to_owned()),
        parent,
        created_at: gateway.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
