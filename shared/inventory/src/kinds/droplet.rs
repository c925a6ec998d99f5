//! Droplets, GPU droplets included.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets>

use digitalocean::droplets::NetworkType;
use digitalocean::{Client, Droplet};
use domain::{InvalidId, Kind, Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `droplet`: virtual machines, GPU droplets included.
pub const DROPLET: DropletKind = DropletKind;

/// The implementation of the kind [`DROPLET`].
#[derive(Debug, Clone, Copy)]
pub struct DropletKind;

impl MirroredKind for DropletKind {
    fn kind(&self) -> Kind {
        Kind::from_static("droplet")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["droplet"]
    }

    fn scope(&self) -> &'static str {
        "droplet:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.public_addresses", "attrs.private_addresses", "price_monthly"]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        let id = id.as_str().parse().ok()?;
        Some(async move { ProbeResult::of(client.droplets().get(id).await) }.boxed())
    }
}

impl ListedKind for DropletKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::of(client.droplets().list_all_as(normalise).await?) }.boxed()
    }
}

/// Normalises a droplet. Some fields are left out because their changes mean nothing: `locked`,
/// `next_backup_window`, the prices and regions of its size, its kernel. `backup_ids` and
/// `snapshot_ids` are left out because they change with every rotation; backups and snapshots are
/// resources of their own.
fn normalise(droplet: Droplet) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(droplet.id.to_string())?;
    let attrs = droplet_attrs(&droplet);
    let mut tags = droplet.tags;
    tags.sort();
    let facts = ResourceFacts {
        name: droplet.name,
        region: Some(droplet.region.slug).filter(|slug| !slug.is_empty()),
        status: Some(droplet.status.as_str().to_owned()),
        tags,
        price_monthly: droplet.size.and_then(|size| size.price_monthly).map(Money::usd),
        created_at: Some(domain::to_millis(droplet.created_at)),
        parent: None,
        attrs,
    };
    Ok((id, facts))
}

fn droplet_attrs(droplet: &Droplet) -> Map<String, Value> {
    let addresses = |of: NetworkType| {
        let v4 = droplet.networks.v4.iter().filter(|n| n.network_type == of).map(|n| n.ip_address.clone());
        let v6 = droplet.networks.v6.iter().filter(|n| n.network_type == of).map(|n| n.ip_address.clone());
        sorted(v4.chain(v6))
    };
    attrs(json!({
        "size": droplet.size_slug,
        "memory_mb": droplet.memory,
        "vcpus": droplet.vcpus,
        "disk_gb": droplet.disk,
        "image": droplet.image.as_ref().map(|image| json!({
            "id": image.id,
            "name": image.name,
            "slug": image.slug,
            "distribution": image.distribution,
        })),
        "features": sorted(droplet.features.iter().cloned()),
        "public_addresses": addresses(NetworkType::Public),
        "private_addresses": addresses(NetworkType::Private),
        "vpc_uuid": droplet.vpc_uuid,
        "volume_ids": sorted(droplet.volume_ids.iter().cloned()),
        "gpu_count": droplet.gpu_info.as_ref().and_then(|gpu| gpu.count),
        "gpu_model": droplet.gpu_info.as_ref().and_then(|gpu| gpu.model.clone()),
    }))
}
