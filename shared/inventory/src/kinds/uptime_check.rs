//! Uptime checks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Uptime>

use digitalocean::{Client, UptimeCheck};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `uptime_check`: uptime checks of the account.
pub const UPTIME_CHECK: UptimeCheckKind = UptimeCheckKind;

/// The implementation of the kind [`UPTIME_CHECK`].
#[derive(Debug, Clone, Copy)]
pub struct UptimeCheckKind;

impl MirroredKind for UptimeCheckKind {
    fn kind(&self) -> Kind {
        Kind::from_static("uptime_check")
    }

    fn scope(&self) -> &'static str {
        "uptime:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.uptime_checks().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for UptimeCheckKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.uptime_checks().list().collect_all().await?, normalise) }
            .boxed()
    }
}

fn normalise(check: UptimeCheck) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(check.id)?;
    let attrs = attrs(json!({
        "type": check.check_type,
        "target": check.target,
        "regions": sorted(check.regions),
        "enabled": check.enabled,
    }));
    Ok((id, ResourceFacts { name: check.name, attrs, ..ResourceFacts::default() }))
}
