//! DNS zones, which DigitalOcean calls domains. They are global to the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>

use digitalocean::Domain;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::attrs;
use crate::kind::{MirroredKind, Normalised, OrphanPolicy, list, probe};

/// The kind `dns_zone`: DNS zones of the account.
pub const DNS_ZONE: MirroredKind = MirroredKind {
    urn_names: &["domain"],
    orphan_policy: OrphanPolicy::LeaveUnattributed,
    nonexistent_id: "arcadia-cloud.invalid",
    probe: |client, id| probe(async move { client.domains().get(id.as_str()).await }),
    ..MirroredKind::listed("dns_zone", "domain:read", |client| list(client.domains().list(), normalise))
};

/// Normalises a zone. Its `zone_file` is left out, because records are resources of their own and
/// the SOA serial changes without meaning.
fn normalise(zone: Domain) -> Normalised {
    let id = ProviderId::new(zone.name.as_str())?;
    let attrs = attrs(json!({ "ttl": zone.ttl }));
    let facts = ResourceFacts { name: zone.name, attrs, ..ResourceFacts::default() };
    Ok((id, facts))
}
