//! Peerings between two VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPC-Peerings>

use digitalocean::vpc_peerings::VpcPeering;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `vpc_peering`: peerings between two VPC networks.
pub const VPC_PEERING: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.vpc_peerings().get(id.as_str()).await }),
    ..MirroredKind::listed("vpc_peering", "vpc_peering:read", |client| list(client.vpc_peerings().list(), normalise))
};

/// Normalises a peering. It has no parent: its two networks may belong to different tenants.
fn normalise(peering: VpcPeering) -> Normalised {
    let id = ProviderId::new(peering.id)?;
    let facts = ResourceFacts {
        name: peering.name,
        status: peering.status.map(|status| status.as_str().to_owned()),
        created_at: peering.created_at.map(domain::to_millis),
        attrs: attrs(json!({ "vpc_ids": sorted(peering.vpc_ids) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::VPC_PEERING;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-to-office", "status": "ACTIVE", "tags": [], "created_at": "2026-05-18T13:44:05Z",
            "attrs": { "vpc_ids": ["00000000-5d4e-4c2b-8000-000066726131", "3f1c9a52-5d4e-4c2b-8000-0000616d7333"] }
        });
        assert_facts(&VPC_PEERING, "c90f6b2e-41d7-4a58-8e03-b52a7f1d6c94", &facts).await;
    }
}
