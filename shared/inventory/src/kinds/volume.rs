//! Volumes of block storage.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage>

use digitalocean::{Client, Volume};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{DROPLET, ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};
use crate::prices;

/// The kind `volume`: volumes of block storage.
pub const VOLUME: VolumeKind = VolumeKind;

/// The implementation of the kind [`VOLUME`].
#[derive(Debug, Clone, Copy)]
pub struct VolumeKind;

impl MirroredKind for VolumeKind {
    fn kind(&self) -> Kind {
        Kind::from_static("volume")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["volume"]
    }

    fn scope(&self) -> &'static str {
        "block_storage:read"
    }

    /// No field changes by itself: attaching, resizing and renaming a volume are deliberate
    /// changes.
    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.volumes().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for VolumeKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.volumes().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a volume. Its parent is the droplet that it is attached to. A detached volume keeps
/// its owner.
fn normalise(volume: Volume) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
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
        region: volume.region.map(|region| region.slug).filter(|slug| !slug.is_empty()),
        status: None,
        tags: sorted(volume.tags),
        price_monthly: volume.size_gigabytes.map(prices::volume),
        created_at: volume.created_at.map(domain::to_millis),
        parent: droplet.map(|provider_id| Parent { kind: DROPLET.kind(), provider_id }),
        attrs,
    };
    Ok((id, facts))
}
