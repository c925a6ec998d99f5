//! NAT gateways of VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-NAT-Gateways>

use digitalocean::NatGateway;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};
use super::vpc::only_vpc;

/// The kind `nat_gateway`: NAT gateways of VPC networks.
pub const NAT_GATEWAY: MirroredKind = MirroredKind {
    // DigitalOcean assigns the addresses some time after the gateway is created.
    state_fields: &["status", "attrs.gateway_addresses", "attrs.public_addresses"],
    probe: |client, id| probe(async move { client.nat_gateways().get(id.as_str()).await }),
    ..MirroredKind::listed("nat_gateway", "nat_gateway:read", |client| list(client.nat_gateways().list(), normalise))
};

/// Normalises a gateway. Its parent is the VPC that it serves; if it serves several, it has no
/// parent. Left out: `updated_at`, whose changes mean nothing, and `project_id`, because
/// attribution uses the projects' own lists.
fn normalise(gateway: NatGateway) -> Normalised {
    let id = ProviderId::new(gateway.id)?;
    let parent = only_vpc(gateway.vpcs.iter().map(|vpc| vpc.vpc_uuid.as_str()))?;
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
        region: given(gateway.region),
        status: gateway.state.map(|state| state.as_str().to_owned()),
        parent,
        created_at: gateway.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::NAT_GATEWAY;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-egress", "region": "fra1", "status": "ACTIVE", "tags": [],
            "created_at": "2026-08-11T09:40:18Z", "parent": { "kind": "vpc", "provider_id": "00000000-5d4e-4c2b-8000-000066726131" },
            "attrs": {
                "type": "PUBLIC", "size": 1, "vpc_uuids": ["00000000-5d4e-4c2b-8000-000066726131"], "gateway_addresses": ["10.114.0.3"],
                "public_addresses": ["198.18.20.12"], "udp_timeout_seconds": 30, "icmp_timeout_seconds": 30,
                "tcp_timeout_seconds": 30
            }
        });
        assert_facts(&NAT_GATEWAY, "91c6e2f7-0b5d-4e38-a9f4-6d72c81b3a05", &facts).await;
    }
}
