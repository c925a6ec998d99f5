//! DNS zones, which DigitalOcean calls domains. They are global to the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>

use digitalocean::{Client, Domain};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, OrphanPolicy, ProbeResult};

/// The kind `dns_zone`: DNS zones of the account.
pub const DNS_ZONE: DnsZoneKind = DnsZoneKind;

/// The implementation of the kind [`DNS_ZONE`].
#[derive(Debug, Clone, Copy)]
pub struct DnsZoneKind;

impl MirroredKind for DnsZoneKind {
    fn kind(&self) -> Kind {
        Kind::from_static("dns_zone")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["domain"]
    }

    fn scope(&self) -> &'static str {
        "domain:read"
    }

    fn orphan_policy(&self) -> OrphanPolicy {
        OrphanPolicy::LeaveUnattributed
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("arcadia-cloud.invalid")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.domains().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for DnsZoneKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.domains().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises a zone. Its `zone_file` is left out, because records are resources of their own and
/// the SOA serial changes without meaning.
fn normalise(zone: Domain) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(zone.name.as_str())?;
    let attrs = attrs(json!({ "ttl": zone.ttl }));
    let facts = ResourceFacts { name: zone.name, attrs, ..ResourceFacts::default() };
    Ok((id, facts))
}
