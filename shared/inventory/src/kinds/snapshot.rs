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
