//! Tags. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use digitalocean::{Client, Tag};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// Tags.
pub const TAG: TagKind = TagKind;

/// See [`TAG`].
#[derive(Debug, Clone, Copy)]
pub struct TagKind;

impl MirroredKind for TagKind {
    fn kind(&self) -> Kind {
        Kind::from_static("tag")
    }

    fn scope(&self) -> &'static str {
        "tag:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("arcadia-cloud:nobody")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.tags().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for TagKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.tags().list().collect_all().await?, normalise) }.boxed()
    }
}

/// A tag's facts: its name. How many resources bear it is noise; they say themselves which tags they have.
fn normalise(tag: Tag) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(tag.name.as_str())?;
    Ok((id, ResourceFacts { name: tag.name, ..ResourceFacts::default() }))
}
