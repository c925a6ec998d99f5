//! Tags of the account. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use digitalocean::{Client, Tag};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `tag`: the tags of the account.
pub const TAG: TagKind = TagKind;

/// The implementation of the kind [`TAG`].
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
        ProviderId::from_static("arcadia-cloud:nonexistent")
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

/// Normalises a tag, which only has a name. The number of resources with the tag is left out,
/// because each resource has its tags among its own facts.
fn normalise(tag: Tag) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(tag.name.as_str())?;
    Ok((id, ResourceFacts { name: tag.name, ..ResourceFacts::default() }))
}
