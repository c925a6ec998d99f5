//! Snapshots of droplets and of volumes.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

use digitalocean::{Snapshot, SnapshotResourceType};
use domain::{Money, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use rust_decimal::Decimal;
use serde_json::json;

use crate::attrs::{attrs, given, single_region, sorted};
use crate::kind::{MirroredKind, Normalised, ProbeResult, list};
use crate::prices::UnitPrice;
use super::droplet::DROPLET;
use super::volume::VOLUME;

/// Snapshots of droplets and of volumes; `attrs.resource_type` tells them apart.
pub const SNAPSHOT: MirroredKind = MirroredKind {
    // An image in a project is a droplet's snapshot, unless it is known as a custom image.
    urn_names: &["volumesnapshot", "image"],
    // DigitalOcean measures the size of a snapshot some time after it was taken.
    state_fields: &["attrs.size_gigabytes", "price_monthly"],
    // The nonexistent id has the form of a volume snapshot's id, because a number might be the id
    // of another image.
    probe: |client, id| Some(async move { existence(client.snapshots().get(id.as_str()).await) }.boxed()),
    ..MirroredKind::listed("snapshot", "snapshot:read", |client| list(client.snapshots().list(), normalise))
};

/// The price of a GB (droplet) or GiB (volume).
/// <https://docs.digitalocean.com/products/snapshots/details/pricing/>
const GB: UnitPrice = UnitPrice::cents(6);

/// Returns the price of a snapshot by the size that the API returns. The number of its regions does
/// not change the price.
///
/// DigitalOcean bills at least $0.01 for a snapshot. That is a rule of its invoices, which this
/// list price does not follow.
#[must_use]
pub fn list_price(size_gigabytes: Decimal) -> Money {
    GB.times(size_gigabytes)
}

/// Interprets the response to a request for one snapshot. Besides a 404, a 400 with "the resource
/// is not a snapshot" also means that the snapshot is gone: DigitalOcean found an image of another
/// kind with this id. Any other 400 is an error like all others.
fn existence(answer: Result<Snapshot, digitalocean::Error>) -> Result<ProbeResult, digitalocean::Error> {
    match answer {
        Err(digitalocean::Error::Api { status, message, .. })
            if status.as_u16() == 400 && message.to_lowercase().contains("not a snapshot") =>
        {
            Ok(ProbeResult::Gone)
        }
        answer => ProbeResult::of(answer),
    }
}

/// Normalises a snapshot. Its parent is the resource that it was taken of, also after that resource
/// is deleted.
fn normalise(snapshot: Snapshot) -> Normalised {
    let id = ProviderId::new(snapshot.id)?;
    let parent_kind = match &snapshot.resource_type {
        Some(SnapshotResourceType::Droplet) => Some(DROPLET.kind()),
        Some(SnapshotResourceType::Volume) => Some(VOLUME.kind()),
        Some(SnapshotResourceType::Other(_)) | None => None,
    };
    let parent = match parent_kind.filter(|_| !snapshot.resource_id.is_empty()) {
        Some(kind) => Some(Parent { kind, provider_id: ProviderId::new(snapshot.resource_id.as_str())? }),
        None => None,
    };
    let regions = sorted(snapshot.regions);
    let region = single_region(&regions);
    let attrs = attrs(json!({
        "resource_type": snapshot.resource_type,
        "resource_id": given(snapshot.resource_id),
        "regions": regions,
        "min_disk_size": snapshot.min_disk_size,
        "size_gigabytes": snapshot.size_gigabytes.map(|size| size.to_string()),
    }));
    let facts = ResourceFacts {
        name: snapshot.name,
        region,
        status: None,
        tags: sorted(snapshot.tags),
        price_monthly: snapshot.size_gigabytes.map(list_price),
        created_at: snapshot.created_at.map(domain::to_millis),
        parent,
        attrs,
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::SNAPSHOT;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-01.alpine-outfitters.example before 12.4", "tags": ["shop"], "price_monthly": { "amount": "1.902", "currency": "USD" },
            "created_at": "2026-06-14T20:45:30Z", "parent": { "kind": "droplet", "provider_id": "402117355" },
            "attrs": {
                "resource_type": "droplet", "resource_id": "402117355", "regions": ["ams3", "fra1"], "min_disk_size": 160,
                "size_gigabytes": "31.7"
            }
        });
        assert_facts(&SNAPSHOT, "207093355", &facts).await;
        let facts = json!({
            "name": "shop-data-2026-10-25", "region": "fra1", "tags": ["shop"], "price_monthly": { "amount": "5.4984", "currency": "USD" },
            "created_at": "2026-10-25T01:15:38Z", "parent": { "kind": "volume", "provider_id": "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611" },
            "attrs": {
                "resource_type": "volume", "resource_id": "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611", "regions": ["fra1"], "min_disk_size": 200,
                "size_gigabytes": "91.64"
            }
        });
        assert_facts(&SNAPSHOT, "e9f40d27-2c85-4ab1-9d60-5b7c8e13fa92", &facts).await;
    }
}
