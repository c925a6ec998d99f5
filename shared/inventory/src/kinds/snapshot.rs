//! Snapshots of droplets and of volumes. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

use digitalocean::{Client, Snapshot, SnapshotResourceType};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, single_region, sorted};
use super::{DROPLET, ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult, VOLUME};
use crate::prices;

/// Snapshots of droplets and of volumes; `attrs.resource_type` tells them apart.
pub const SNAPSHOT: SnapshotKind = SnapshotKind;

/// See [`SNAPSHOT`].
#[derive(Debug, Clone, Copy)]
pub struct SnapshotKind;

impl MirroredKind for SnapshotKind {
    fn kind(&self) -> Kind {
        Kind::from_static("snapshot")
    }

    /// An image in a project is a droplet's snapshot, unless it is known as a custom image.
    fn urn_kinds(&self) -> &'static [&'static str] {
        &["volumesnapshot", "image"]
    }

    fn scope(&self) -> &'static str {
        "snapshot:read"
    }

    /// DigitalOcean measures a snapshot some time after it was taken.
    fn state_fields(&self) -> &'static [&'static str] {
        &["attrs.size_gigabytes", "price_monthly"]
    }

    /// An id as volumes' snapshots have it: a number may well be another image's.
    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { probe(client.snapshots().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for SnapshotKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.snapshots().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Besides 404 there is one more answer by which a snapshot is gone: 400, "the resource is not a snapshot".
/// DigitalOcean found what has the id and says that it is an image of another kind. Any other 400 is a failure like all
/// others.
fn probe(answer: Result<Snapshot, digitalocean::Error>) -> Result<ProbeResult, digitalocean::Error> {
    match answer {
        Err(digitalocean::Error::Api { status, message, .. })
            if status.as_u16() == 400 && message.to_lowercase().contains("not a snapshot") =>
        {
            Ok(ProbeResult::Gone)
        }
        answer => ProbeResult::of(answer),
    }
}

/// A snapshot's facts. It belongs with what it was taken of, also when that is gone.
fn normalise(snapshot: Snapshot) -> Result<(ProviderId, ResourceFacts), InvalidId> {
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
        "resource_id": Some(snapshot.resource_id).filter(|id| !id.is_empty()),
        "regions": regions,
        "min_disk_size": snapshot.min_disk_size,
        "size_gigabytes": snapshot.size_gigabytes.map(|size| size.to_string()),
    }));
    let facts = ResourceFacts {
        name: snapshot.name,
        region,
        status: None,
        tags: sorted(snapshot.tags),
        price_monthly: snapshot.size_gigabytes.map(prices::snapshot),
        created_at: snapshot.created_at.map(domain::to_millis),
        parent,
        attrs,
    };
    Ok((id, facts))
}
