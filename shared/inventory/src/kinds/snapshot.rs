//! Snapshots of droplets and of volumes.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Snapshots>

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

/// The implementation of the kind [`SNAPSHOT`].
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

    /// DigitalOcean measures the size of a snapshot some time after it was taken.
    fn state_fields(&self) -> &'static [&'static str] {
        &["attrs.size_gigabytes", "price_monthly"]
    }

    /// The nonexistent id has the form of a volume snapshot's id, because a number might be the id
    /// of another image.
    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { probe(client.snapshots().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for SnapshotKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.snapshots().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Interprets the response to a request for one snapshot. Besides a 404, a 400 with "the resource
/// is not a snapshot" also means that the snapshot is gone: DigitalOcean found an image of another
/// kind with this id. Any other 400 is an error like all others.
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

/// Normalises a snapshot. Its parent is the resource that it was taken of, also after that resource
/// is deleted.
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
