//! NFS shares: file systems that the droplets of a VPC network mount.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/NFS>

use digitalocean::nfs::NfsShare;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use super::vpc::only_vpc;
use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `nfs_share`: network file systems.
pub const NFS_SHARE: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.nfs_shares().get(id.as_str()).await }),
    // DigitalOcean has a scope of its own for a single share.
    ..MirroredKind::listed("nfs_share", "nfs:list nfs:get", |client| list(client.nfs_shares().list(), normalise))
};

/// Normalises a share. Its parent is the VPC that has access to it; if several have, it has no
/// parent.
fn normalise(share: NfsShare) -> Normalised {
    let id = ProviderId::new(share.id)?;
    let facts = ResourceFacts {
        name: share.name,
        region: given(share.region),
        status: share.status.map(|status| status.as_str().to_owned()),
        created_at: share.created_at.map(domain::to_millis),
        parent: only_vpc(share.vpc_ids.iter().map(String::as_str))?,
        attrs: attrs(json!({
            "size_gib": share.size_gib,
            "performance_tier": given(share.performance_tier),
            "vpc_ids": sorted(share.vpc_ids),
        })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::NFS_SHARE;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-media", "region": "fra1", "status": "ACTIVE", "tags": [], "created_at": "2026-09-02T07:15:40Z",
            "parent": { "kind": "vpc", "provider_id": "00000000-5d4e-4c2b-8000-000066726131" },
            "attrs": {
                "size_gib": 200, "performance_tier": "PERFORMANCE_TIER_HIGH", "vpc_ids": ["00000000-5d4e-4c2b-8000-000066726131"]
            }
        });
        assert_facts(&NFS_SHARE, "4be07d15-9c2a-4f83-b6d1-7a5e20c93f18", &facts).await;
    }
}
