//! Volumes of block storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage>

use digitalocean::Volume;
use domain::{Parent, ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};
use crate::prices::UnitPrice;
use super::droplet::DROPLET;

/// The kind `volume`: volumes of block storage.
pub const VOLUME: MirroredKind = MirroredKind {
    urn_names: &["volume"],
    // No field changes by itself: attaching, resizing and renaming a volume are deliberate
    // changes.
    state_fields: &[],
    probe: |client, id| probe(async move { client.volumes().get(id.as_str()).await }),
    ..MirroredKind::listed("volume", "block_storage:read", |client| list(client.volumes().list(), normalise))
};

/// The price of a GiB, whether the volume is attached or not.
/// <https://docs.digitalocean.com/products/volumes/details/pricing/>
const GIB: UnitPrice = UnitPrice::cents(10);

/// Normalises a volume. Its parent is the droplet that it is attached to. A detached volume keeps
/// its owner.
fn normalise(volume: Volume) -> Normalised {
    let id = ProviderId::new(volume.id)?;
    let droplet_ids = sorted(volume.droplet_ids);
    let droplet = droplet_ids.first().map(|droplet| ProviderId::new(droplet.to_string())).transpose()?;
    let attrs = attrs(json!({
        "size_gigabytes": volume.size_gigabytes,
        "droplet_ids": droplet_ids,
        "description": given(volume.description),
        "filesystem_type": given(volume.filesystem_type),
        "filesystem_label": given(volume.filesystem_label),
    }));
    let facts = ResourceFacts {
        name: volume.name,
        region: given(volume.region.map(|region| region.slug)),
        status: None,
        tags: sorted(volume.tags),
        price_monthly: volume.size_gigabytes.map(|size| GIB.times(size)),
        created_at: volume.created_at.map(domain::to_millis),
        parent: droplet.map(|provider_id| Parent { kind: DROPLET.kind(), provider_id }),
        attrs,
    };
    Ok((id, facts))
}
