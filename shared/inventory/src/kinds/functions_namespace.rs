//! Namespaces of DigitalOcean Functions.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Functions>

use digitalocean::{Client, FunctionsNamespace};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `functions_namespace`: namespaces of DigitalOcean Functions.
pub const FUNCTIONS_NAMESPACE: FunctionsNamespaceKind = FunctionsNamespaceKind;

/// The implementation of the kind [`FUNCTIONS_NAMESPACE`].
#[derive(Debug, Clone, Copy)]
pub struct FunctionsNamespaceKind;

impl MirroredKind for FunctionsNamespaceKind {
    fn kind(&self) -> Kind {
        Kind::from_static("functions_namespace")
    }

    /// DigitalOcean requires both scopes to list namespaces.
    fn scope(&self) -> &'static str {
        "function:read function:admin"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("fn-00000000-0000-0000-0000-000000000000")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.functions_namespaces().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for FunctionsNamespaceKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.functions_namespaces().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises a namespace. Its id is the one that the API's paths use.
fn normalise(namespace: FunctionsNamespace) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(namespace.namespace)?;
    let facts = ResourceFacts {
        name: namespace.label,
        region: namespace.region,
        created_at: namespace.created_at.map(domain::to_millis),
        attrs: attrs(json!({ "api_host": namespace.api_host })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
