//! What lists have in common: the defaults of a seed's objects, and filters.

use digitalocean_sim::AccountSeed;
use serde_json::{Value, json};

use crate::client::{TOKEN, get, with};

/// An account with these objects, each with the list that it is in.
fn account_with(objects: &[(&str, Value)]) -> AccountSeed {
    objects.iter().fold(AccountSeed::new(TOKEN), |account, (list, object)| account.object(list, object))
}

#[tokio::test]
async fn optional_fields_have_defaults() {
    let sim = with(account_with(&[
        ("endpoints", json!({ "origin": "assets.ams3.digitaloceanspaces.com" })),
        ("certificates", json!({ "name": "web", "created_at": "2026-01-01T00:00:00Z" })),
        ("ssh_keys", json!({ "name": "ops" })),
        ("keys", json!({ "name": "uploads" })),
        ("checks", json!({ "name": "home", "target": "https://shop.example" })),
        ("policies", json!({ "description": "busy" })),
        ("reserved_ips", json!({ "ip": "198.18.0.1" })),
        ("reserved_ipv6s", json!({ "ip": "2001:DB8:0::1" })),
        ("firewalls", json!({ "name": "web" })),
        ("load_balancers", json!({ "name": "web" })),
        ("vpcs", json!({ "name": "own" })),
        ("vpc_nat_gateways", json!({ "name": "out" })),
        ("kubernetes_clusters", json!({ "name": "main", "node_pools": [{ "name": "web", "count": 3 }] })),
        ("databases", json!({ "name": "orders" })),
        ("apps", json!({ "spec": { "name": "shop" } })),
        ("registries", json!({ "name": "shop" })),
        ("namespaces", json!({ "label": "hooks", "uuid": "6c2b8f0e-17d4-4a9b-a5e3-0f94d1c7b825" })),
        ("autoscale_pools", json!({ "name": "batch" })),
    ]))
    .await;
    for (path, key, pointer, value) in [
        ("/v2/cdn/endpoints", "endpoints", "/endpoint", json!("assets.ams3.cdn.digitaloceanspaces.com")),
        ("/v2/certificates", "certificates", "/not_after", json!("2026-04-01T00:00:00Z")),
        ("/v2/account/keys", "ssh_keys", "/name", json!("ops")),
        ("/v2/spaces/keys", "keys", "/grants", json!([])),
        ("/v2/uptime/checks", "checks", "/type", json!("https")),
        ("/v2/monitoring/alerts", "policies", "/window", json!("5m")),
        ("/v2/reserved_ips", "reserved_ips", "/region/slug", json!("ams3")),
        ("/v2/floating_ips", "floating_ips", "/ip", json!("198.18.0.1")),
        ("/v2/reserved_ipv6", "reserved_ipv6s", "/ip", json!("2001:db8::1")),
        ("/v2/firewalls", "firewalls", "/status", json!("succeeded")),
        ("/v2/load_balancers", "load_balancers", "/forwarding_rules/0/entry_port", json!(80)),
        ("/v2/vpcs", "vpcs", "/default", json!(false)),
        ("/v2/vpc_nat_gateways", "vpc_nat_gateways", "/state", json!("ACTIVE")),
        ("/v2/kubernetes/clusters", "kubernetes_clusters", "/node_pools/0/nodes/2/status/state", json!("running")),
        ("/v2/databases", "databases", "/tags", Value::Null),
        ("/v2/apps", "apps", "/live_url", json!("https://shop-x7k2q.ondigitalocean.app")),
        ("/v2/registries", "registries", "/subscription/tier/monthly_price_in_cents", json!(500)),
        ("/v2/functions/namespaces", "namespaces", "/namespace", json!("fn-6c2b8f0e-17d4-4a9b-a5e3-0f94d1c7b825")),
        ("/v2/droplets/autoscale", "autoscale_pools", "/config/target_number_instances", json!(1)),
    ] {
        let list = get(&sim, path).await.json();
        let total = if ["databases", "registries", "namespaces"].contains(&key) { Value::Null } else { json!(1) };
        assert_eq!((list[key][0].pointer(pointer), &list["meta"]["total"]), (Some(&value), &total), "{list}");
    }
}

#[tokio::test]
async fn lists_are_filtered_by_names_and_other_fields() {
    let sim = with(account_with(&[
        ("certificates", json!({ "name": "web" })),
        ("certificates", json!({ "name": "web-2" })),
        ("keys", json!({ "name": "one", "grants": [{ "bucket": "assets", "permission": "read" }] })),
        ("keys", json!({ "name": "all", "grants": [{ "bucket": "", "permission": "fullaccess" }] })),
        ("vpc_nat_gateways", json!({ "name": "a", "region": "fra1" })),
        ("vpc_nat_gateways", json!({ "name": "b", "state": "NEW", "public_ips": ["198.18.0.9"] })),
    ]))
    .await;
    for (path, key, names) in [
        ("/v2/certificates?name=web", "certificates", vec!["web"]),
        ("/v2/certificates?name=", "certificates", vec!["web", "web-2"]),
        ("/v2/spaces/keys?bucket=assets", "keys", vec!["one"]),
        ("/v2/spaces/keys?permission=fullaccess", "keys", vec!["all"]),
        ("/v2/spaces/keys?name=one&permission=fullaccess", "keys", vec![]),
        ("/v2/vpc_nat_gateways", "vpc_nat_gateways", vec!["a", "b"]),
        ("/v2/vpc_nat_gateways?state=active", "vpc_nat_gateways", vec!["a"]),
        ("/v2/vpc_nat_gateways?state=new&type=public", "vpc_nat_gateways", vec!["b"]),
        ("/v2/vpc_nat_gateways?region=fra1", "vpc_nat_gateways", vec!["a"]),
        ("/v2/vpc_nat_gateways?name=b&region=fra1", "vpc_nat_gateways", vec![]),
    ] {
        assert_eq!(get(&sim, path).await.names(key), names, "{path}");
    }
}
