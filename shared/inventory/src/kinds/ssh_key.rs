//! SSH keys of the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/SSH-Keys>

use digitalocean::{Client, SshKey};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `ssh_key`: SSH keys of the account.
pub const SSH_KEY: SshKeyKind = SshKeyKind;

/// The implementation of the kind [`SSH_KEY`].
#[derive(Debug, Clone, Copy)]
pub struct SshKeyKind;

impl MirroredKind for SshKeyKind {
    fn kind(&self) -> Kind {
        Kind::from_static("ssh_key")
    }

    fn scope(&self) -> &'static str {
        "ssh_key:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("1")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        let id = id.as_str().parse().ok()?;
        Some(async move { ProbeResult::of(client.ssh_keys().get(id).await) }.boxed())
    }
}

impl ListedKind for SshKeyKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.ssh_keys().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a key. The public key itself is left out, because it is long and its fingerprint
/// identifies it.
fn normalise(key: SshKey) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(key.id.to_string())?;
    let attrs = attrs(json!({ "fingerprint": key.fingerprint }));
    Ok((id, ResourceFacts { name: key.name, attrs, ..ResourceFacts::default() }))
}
