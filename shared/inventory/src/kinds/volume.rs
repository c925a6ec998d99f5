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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::VOLUME;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-data", "region": "fra1", "tags": ["prod", "shop"], "price_monthly": { "amount": "20.00", "currency": "USD" },
            "created_at": "2024-05-02T14:02:17Z", "parent": { "kind": "droplet", "provider_id": "402117355" },
            "attrs": {
                "size_gigabytes": 200, "droplet_ids": [402_117_355], "description": "Uploads and database of the shop",
                "filesystem_type": "ext4", "filesystem_label": "shop-data"
            }
        });
        assert_facts(&VOLUME, "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611", &facts).await;
    }
}
