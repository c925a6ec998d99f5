//! Access keys of Spaces.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Spaces-Keys>

use digitalocean::{Client, SpacesKey};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `spaces_key`: access keys of Spaces.
pub const SPACES_KEY: SpacesKeyKind = SpacesKeyKind;

/// The implementation of the kind [`SPACES_KEY`].
#[derive(Debug, Clone, Copy)]
pub struct SpacesKeyKind;

impl MirroredKind for SpacesKeyKind {
    fn kind(&self) -> Kind {
        Kind::from_static("spaces_key")
    }

    fn scope(&self) -> &'static str {
        "spaces_key:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("DO000000000000000000")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.spaces_keys().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for SpacesKeyKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.spaces_keys().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a key, by the id of the access key. DigitalOcean's list never contains the secret.
fn normalise(key: SpacesKey) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(key.access_key)?;
    let attrs = attrs(json!({ "grants": sorted(key.grants) }));
    let created_at = key.created_at.map(domain::to_millis);
    Ok((id, ResourceFacts { name: key.name, created_at, attrs, ..ResourceFacts::default() }))
}
