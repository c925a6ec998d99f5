//! Cloud firewalls. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Firewalls>

use digitalocean::firewalls::RuleTargets;
use digitalocean::Firewall;
use domain::{ProviderId, ResourceFacts};
use serde_json::{Value, json};

use crate::attrs::{attrs, non_empty, sorted, sorted_objects};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `firewall`: cloud firewalls of the account.
pub const FIREWALL: MirroredKind = MirroredKind {
    // DigitalOcean's documentation says that firewalls are independent of projects, but its Go
    // client has a URN for them.
    urn_names: &["firewall"],
    probe: |client, id| probe(async move { client.firewalls().get(id.as_str()).await }),
    ..MirroredKind::listed("firewall", "firewall:read", |client| list(client.firewalls().list(), normalise))
};

/// Normalises a firewall. `tags` are an attribute, because they select the droplets that the
/// firewall protects and are not tags of the firewall itself. A firewall has no parent: its
/// droplets may belong to several tenants, and no tenant may see the rules of another.
fn normalise(firewall: Firewall) -> Normalised {
    let id = ProviderId::new(firewall.id)?;
    let inbound = firewall
        .inbound_rules
        .into_iter()
        .map(|rule| json!({ "protocol": rule.protocol, "ports": rule.ports, "sources": targets(rule.sources) }));
    let outbound = firewall.outbound_rules.into_iter().map(
        |rule| json!({ "protocol": rule.protocol, "ports": rule.ports, "destinations": targets(rule.destinations) }),
    );
    let attrs = attrs(json!({
        "inbound_rules": sorted_objects(inbound),
        "outbound_rules": sorted_objects(outbound),
        "droplet_ids": sorted(firewall.droplet_ids),
        "tags": sorted(firewall.tags),
    }));
    let facts = ResourceFacts {
        name: firewall.name,
        status: firewall.status.map(|status| status.as_str().to_owned()),
        created_at: firewall.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

fn targets(targets: RuleTargets) -> Value {
    Value::Object(attrs(json!({
        "addresses": non_empty(sorted(targets.addresses)),
        "droplet_ids": non_empty(sorted(targets.droplet_ids)),
        "load_balancer_uids": non_empty(sorted(targets.load_balancer_uids)),
        "kubernetes_ids": non_empty(sorted(targets.kubernetes_ids)),
        "tags": non_empty(sorted(targets.tags)),
    })))
}
