//! Managed database clusters.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Databases>

use digitalocean::{Client, Database};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `managed_db`: managed database clusters.
pub const MANAGED_DB: ManagedDbKind = ManagedDbKind;

/// The implementation of the kind [`MANAGED_DB`].
#[derive(Debug, Clone, Copy)]
pub struct ManagedDbKind;

impl MirroredKind for ManagedDbKind {
    fn kind(&self) -> Kind {
        Kind::from_static("managed_db")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["dbaas"]
    }

    fn scope(&self) -> &'static str {
        "database:read"
    }

    /// Storage grows automatically if the owner enabled that.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.storage_size_mib"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.databases().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for ManagedDbKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.databases().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a cluster. Connection details and users are secrets and are not even decoded. The
/// maintenance window is left out, because its changes mean nothing.
fn normalise(database: Database) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(database.id)?;
    let attrs = attrs(json!({
        "engine": database.engine,
        "version": database.version,
        "size": database.size,
        "num_nodes": database.num_nodes,
        "storage_size_mib": database.storage_size_mib,
        "private_network_uuid": database.private_network_uuid.filter(|uuid| !uuid.is_empty()),
    }));
    let facts = ResourceFacts {
        name: database.name,
        region: database.region,
        status: database.status.map(|status| status.as_str().to_owned()),
        tags: sorted(database.tags),
        created_at: database.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
