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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FIREWALL;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "web-and-shop", "status": "succeeded", "tags": [], "created_at": "2024-05-02T13:31:40Z",
            "attrs": {
                "droplet_ids": [402_117_301, 402_117_355], "tags": ["prod"],
                "inbound_rules": [
                    { "protocol": "tcp", "ports": "22", "sources": { "addresses": ["198.18.30.2"], "droplet_ids": [431_902_877] } },
                    { "protocol": "tcp", "ports": "443", "sources": { "addresses": ["0.0.0.0/0", "::/0"] } },
                    { "protocol": "tcp", "ports": "80", "sources": { "addresses": ["0.0.0.0/0", "::/0"], "load_balancer_uids": ["d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34"] } },
                    { "protocol": "tcp", "ports": "9100", "sources": { "tags": ["platform"] } }
                ],
                "outbound_rules": [{ "protocol": "icmp", "ports": "0", "destinations": { "addresses": ["0.0.0.0/0", "::/0"] } }, { "protocol": "tcp", "ports": "0", "destinations": { "addresses": ["0.0.0.0/0", "::/0"] } }, { "protocol": "udp", "ports": "0", "destinations": { "addresses": ["0.0.0.0/0", "::/0"] } }]
            }
        });
        assert_facts(&FIREWALL, "ea7b3c15-4d92-4f06-8a1e-93c0d5f2b748", &facts).await;
    }
}
