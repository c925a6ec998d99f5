//! Droplets, GPU droplets included.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets>

use std::convert::identity;

use digitalocean::droplets::NetworkType;
use digitalocean::{Client, Droplet};
use domain::{Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use serde_json::{Map, Value, json};

use crate::attrs::{attrs, given, sorted};
use crate::kind::{Listed, MirroredKind, Normalised, each, probe};

/// The kind `droplet`: virtual machines, GPU droplets included.
pub const DROPLET: MirroredKind = MirroredKind {
    urn_names: &["droplet"],
    state_fields: &["status", "attrs.public_addresses", "attrs.private_addresses", "price_monthly"],
    nonexistent_id: "1",
    probe: |client, id| {
        let id = id.as_str().parse().ok()?;
        probe(async move { client.droplets().get(id).await })
    },
    ..MirroredKind::listed("droplet", "droplet:read", |client| list(client).boxed())
};

/// Lists the droplets, GPU droplets included.
pub(crate) async fn list(client: &Client) -> Listed {
    each(client.droplets().list_all_as(normalise).await?, identity)
}

/// Normalises a droplet. Some fields are left out because their changes mean nothing: `locked`,
/// `next_backup_window`, the prices and regions of its size, its kernel. `backup_ids` and
/// `snapshot_ids` are left out because they change with every rotation; backups and snapshots are
/// resources of their own.
fn normalise(droplet: Droplet) -> Normalised {
    let id = ProviderId::new(droplet.id.to_string())?;
    let attrs = droplet_attrs(&droplet);
    let mut tags = droplet.tags;
    tags.sort();
    let facts = ResourceFacts {
        name: droplet.name,
        region: given(droplet.region.slug),
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
