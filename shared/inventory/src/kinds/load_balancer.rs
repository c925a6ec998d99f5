//! Load balancers. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Load-Balancers>

mod settings;

use digitalocean::{LoadBalancer, LoadBalancerType};
use domain::{Money, ProviderId, ResourceFacts};

use crate::attrs::given;
use crate::kind::{MirroredKind, Normalised, list, probe};
use crate::prices::UnitPrice;

/// The kind `load_balancer`: regional and global load balancers.
pub const LOAD_BALANCER: MirroredKind = MirroredKind {
    urn_names: &["loadbalancer"],
    // DigitalOcean assigns the addresses some time after the load balancer is created. Its
    // droplets change with its tag, with the nodes of a Kubernetes cluster and with an autoscale
    // pool.
    state_fields: &["status", "attrs.ip", "attrs.ipv6", "attrs.droplet_ids", "price_monthly"],
    probe: |client, id| probe(async move { client.load_balancers().get(id.as_str()).await }),
    ..MirroredKind::listed("load_balancer", "load_balancer:read", |client| list(client.load_balancers().list(), normalise))
};

/// The price of a node of a regional HTTP load balancer.
/// <https://docs.digitalocean.com/products/networking/load-balancers/details/pricing/>
const NODE: UnitPrice = UnitPrice::dollars(12);

/// The price of a node of a regional network load balancer, published as [`NODE`] is.
const NETWORK_NODE: UnitPrice = UnitPrice::dollars(15);

/// The price of a global load balancer, which has no nodes, published as [`NODE`] is. More than 25
/// million requests or 1 TB cost more.
const GLOBAL: UnitPrice = UnitPrice::dollars(15);

/// Normalises a load balancer. `project_id` is left out, because attribution uses the projects' own
/// lists.
fn normalise(balancer: LoadBalancer) -> Normalised {
    let id = ProviderId::new(balancer.id.as_str())?;
    let facts = ResourceFacts {
        region: given(balancer.region.as_ref().map(|region| region.slug.clone())),
        status: balancer.status.as_ref().map(|status| status.as_str().to_owned()),
        price_monthly: price(&balancer),
        created_at: balancer.created_at.map(domain::to_millis),
        name: balancer.name.clone(),
        attrs: settings::attributes(balancer),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

/// Returns the price by type and number of nodes. An unknown type has no price.
fn price(balancer: &LoadBalancer) -> Option<Money> {
    let nodes = balancer.size_unit.filter(|nodes| *nodes > 0).or(match balancer.size.as_deref() {
        Some("lb-small") => Some(1),
        Some("lb-medium") => Some(3),
        Some("lb-large") => Some(6),
        _ => None,
    });
    match &balancer.load_balancer_type {
        None | Some(LoadBalancerType::Regional) => nodes.map(|nodes| NODE.times(nodes)),
        Some(LoadBalancerType::RegionalNetwork) => nodes.map(|nodes| NETWORK_NODE.times(nodes)),
        Some(LoadBalancerType::Global) => Some(GLOBAL.times(1)),
        Some(LoadBalancerType::Other(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::LOAD_BALANCER;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-shop", "region": "fra1", "status": "active", "tags": [], "price_monthly": { "amount": "12.00", "currency": "USD" },
            "created_at": "2026-04-27T12:00:00Z",
            "attrs": {
                "type": "REGIONAL", "size_unit": 1, "size": "lb-small", "algorithm": "round_robin", "network": "EXTERNAL",
                "network_stack": "IPV4", "vpc_uuid": "00000000-5d4e-4c2b-8000-000066726131", "ip": "198.18.20.5", "droplet_ids": [402_117_355],
                "forwarding_rules": [
                    {
                        "entry_protocol": "https", "entry_port": 443, "target_protocol": "http", "target_port": 80,
                        "certificate_id": "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21", "tls_passthrough": false
                    },
                    {
                        "entry_protocol": "http", "entry_port": 80, "target_protocol": "http", "target_port": 80,
                        "tls_passthrough": false
                    }
                ],
                "health_check": {
                    "protocol": "http", "port": 80, "path": "/", "check_interval_seconds": 10,
                    "response_timeout_seconds": 5, "healthy_threshold": 3, "unhealthy_threshold": 5
                },
                "sticky_sessions": { "type": "none" }, "redirect_http_to_https": true, "enable_proxy_protocol": false,
                "tls_cipher_policy": "DEFAULT"
            }
        });
        assert_facts(&LOAD_BALANCER, "d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34", &facts).await;
    }
}
