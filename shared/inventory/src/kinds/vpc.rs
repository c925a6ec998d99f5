//! VPC networks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/VPCs>

use digitalocean::Vpc;
use domain::{InvalidId, Parent, ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `vpc`: VPC networks of the account.
pub const VPC: MirroredKind = MirroredKind {
    urn_names: &["vpc"],
    probe: |client, id| probe(async move { client.vpcs().get(id.as_str()).await }),
    ..MirroredKind::listed("vpc", "vpc:read", |client| list(client.vpcs().list(), normalise))
};

/// Normalises a VPC. Its members are left out, because each resource has its VPC among its own
/// facts.
fn normalise(vpc: Vpc) -> Normalised {
    let id = ProviderId::new(vpc.id)?;
    let attrs = attrs(json!({
        "ip_range": vpc.ip_range,
        "default": vpc.default,
        "description": given(vpc.description),
    }));
    let facts = ResourceFacts {
        name: vpc.name,
        region: given(vpc.region),
        created_at: vpc.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

/// Returns the VPC as a parent, if a resource serves exactly one; DigitalOcean does not say to
/// which of several it belongs.
pub(super) fn only_vpc<'a>(mut uuids: impl Iterator<Item = &'a str>) -> Result<Option<Parent>, InvalidId> {
    let only = uuids.next().filter(|uuid| !uuid.is_empty() && uuids.next().is_none());
    let provider_id = only.map(ProviderId::new).transpose()?;
    Ok(provider_id.map(|provider_id| Parent { kind: VPC.kind(), provider_id }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::VPC;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "default-fra1", "region": "fra1", "tags": [], "created_at": "2024-05-02T13:05:48Z",
            "attrs": { "ip_range": "10.114.0.0/20", "default": true }
        });
        assert_facts(&VPC, "00000000-5d4e-4c2b-8000-000066726131", &facts).await;
    }
}
