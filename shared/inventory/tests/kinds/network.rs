//! Reserved addresses, firewalls, load balancers, VPCs and NAT gateways.

use std::collections::BTreeSet;

use digitalocean::Client;
use digitalocean_sim::Token;
use inventory::kind::MirroredKind;
use inventory::kinds::{FIREWALL, FLOATING_IP, LOAD_BALANCER, NAT_GATEWAY, RESERVED_IPV6, VPC};
use serde_json::{Value, json};

use crate::{demo, read_list};

const BALANCER_ID: &str = "d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34";
const VPC_ID: &str = "00000000-5d4e-4c2b-8000-000066726131";

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// The demo account's resource of each kind: the kind, its list in the simulator and the id.
const OBJECTS: [(&MirroredKind, &str, &str); 6] = [
    (&FLOATING_IP, "reserved_ips", "198.18.20.7"),
    (&RESERVED_IPV6, "reserved_ipv6s", "2001:db8:0:2020::a1"),
    (&FIREWALL, "firewalls", "ea7b3c15-4d92-4f06-8a1e-93c0d5f2b748"),
    (&LOAD_BALANCER, "load_balancers", BALANCER_ID),
    (&VPC, "vpcs", VPC_ID),
    (&NAT_GATEWAY, "vpc_nat_gateways", "91c6e2f7-0b5d-4e38-a9f4-6d72c81b3a05"),
];

/// Returns the facts of the only resource of a kind.
async fn facts(kind: &MirroredKind, client: &Client) -> Value {
    let listed = read_list(kind, client).await.unwrap();
    assert_eq!(listed.items.len(), 1, "{}", kind.kind());
    serde_json::to_value(&listed.items[0].1).unwrap()
}

/// A classified change: deliberate, of a field that changes by itself, or no change at all.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Deliberate,
    State,
    None,
}

fn change(kind: &MirroredKind, before: &Value, after: &Value) -> Change {
    let fields = |facts: &Value| -> BTreeSet<String> {
        let field = |(name, value): (&String, &Value)| format!("{name}\u{0}{value}");
        let attr = |(name, value): (&String, &Value)| format!("attrs.{name}\u{0}{value}");
        let all = facts.as_object().unwrap().iter().filter(|(name, _)| *name != "attrs").map(field);
        all.chain(facts["attrs"].as_object().unwrap().iter().map(attr)).collect()
    };
    let (before, after) = (fields(before), fields(after));
    let changed: Vec<&str> =
        before.symmetric_difference(&after).filter_map(|field| Some(field.split_once('\u{0}')?.0)).collect();
    match changed.as_slice() {
        [] => Change::None,
        changed if changed.iter().all(|field| kind.state_fields.contains(field)) => Change::State,
        _ => Change::Deliberate,
    }
}

#[tokio::test]
async fn deliberate_changes_are_distinguished_from_changes_of_state() {
    let tcp = |ports: &str| json!({ "protocol": "tcp", "ports": ports, "destinations": { "addresses": ["::/0", "0.0.0.0/0"] } });
    let out = |protocol: &str| json!({ "protocol": protocol, "ports": "0", "destinations": { "addresses": ["::/0", "0.0.0.0/0"] } });
    for (list, fields, is) in [
        ("reserved_ips", json!({ "droplet": null }), Change::Deliberate),
        ("reserved_ips", json!({ "droplet": 418_630_024 }), Change::Deliberate),
        ("reserved_ips", json!({ "locked": true }), Change::None),
        ("reserved_ipv6s", json!({ "droplet": 402_117_301 }), Change::Deliberate),
        (
            "firewalls",
            json!({ "status": "waiting", "pending_changes": [{ "droplet_id": 402_117_301, "removing": false, "status": "waiting" }] }),
            Change::State,
        ),
        ("firewalls", json!({ "droplet_ids": [402_117_355, 402_117_301] }), Change::None),
        ("firewalls", json!({ "outbound_rules": [out("udp"), out("icmp"), out("tcp")] }), Change::None),
        ("firewalls", json!({ "outbound_rules": [tcp("443")] }), Change::Deliberate),
        ("firewalls", json!({ "droplet_ids": [402_117_355] }), Change::Deliberate),
        ("firewalls", json!({ "tags": [] }), Change::Deliberate),
        ("load_balancers", json!({ "status": "errored", "ip": "", "droplet_ids": [] }), Change::State),
        ("load_balancers", json!({ "tag": "shop" }), Change::Deliberate),
        ("load_balancers", json!({ "size_unit": 3, "size": "lb-medium" }), Change::Deliberate),
        ("load_balancers", json!({ "redirect_http_to_https": false }), Change::Deliberate),
        ("vpcs", json!({ "name": "shop" }), Change::Deliberate),
        ("vpcs", json!({ "description": "" }), Change::None),
        ("vpc_nat_gateways", json!({ "state": "ERROR", "egresses": { "public_gateways": [] } }), Change::State),
        ("vpc_nat_gateways", json!({ "updated_at": "2026-11-01T00:00:00Z" }), Change::None),
        ("vpc_nat_gateways", json!({ "size": 2 }), Change::Deliberate),
    ] {
        let (sim, client) = demo().await;
        let (kind, _, id) = OBJECTS.into_iter().find(|(_, of, _)| *of == list).unwrap();
        let before = facts(kind, &client).await;
        sim.account("demo").change(list, id, fields.clone());
        let after = facts(kind, &client).await;
        assert_eq!(change(kind, &before, &after), is, "{list} {fields}: {after}");
    }
}

#[tokio::test]
async fn an_unassigned_address_has_a_price() {
    let (sim, client) = demo().await;
    let account = sim.account("demo");
    account.change("reserved_ips", "198.18.20.7", json!({ "droplet": null }));
    account.change("reserved_ipv6s", "2001:db8:0:2020::a1", json!({ "droplet": 402_117_301 }));
    let v4 = facts(&FLOATING_IP, &client).await;
    assert_eq!((&v4["status"], &v4["price_monthly"]), (&json!("unassigned"), &usd("5.00")));
    assert_eq!((v4.get("parent"), &v4["attrs"]), (None, &json!({})));
    let v6 = facts(&RESERVED_IPV6, &client).await;
    assert_eq!((&v6["status"], &v6["price_monthly"]), (&json!("assigned"), &usd("0.00")));
    assert_eq!((&v6["parent"]["provider_id"], &v6["attrs"]["droplet_id"]), (&json!("402117301"), &json!(402_117_301)));
}

/// A token that may not read droplets does not see assignments. That must not be read as
/// "unassigned", and there is no price.
#[tokio::test]
async fn an_invisible_assignment_is_not_read_as_unassigned() {
    let (sim, _) = demo().await;
    sim.account("demo").set_token("sync", Token::new("narrow").scopes(["reserved_ip:read"]));
    let token = digitalocean::Token::new("narrow").unwrap();
    let mut config = digitalocean::ClientConfig::new(token);
    config.base_url = Some(sim.base_url().parse().unwrap());
    let facts = facts(&FLOATING_IP, &Client::new(config).unwrap()).await;
    assert_eq!(facts, json!({ "name": "198.18.20.7", "region": "fra1", "tags": [], "attrs": {} }));
}

#[tokio::test]
async fn the_price_of_a_load_balancer_depends_on_its_type_and_nodes() {
    for (fields, price) in [
        (json!({ "size_unit": 4 }), usd("48.00")),
        (json!({ "size_unit": 0, "size": "lb-small" }), usd("12.00")),
        (json!({ "size_unit": 0, "size": "lb-medium" }), usd("36.00")),
        (json!({ "size_unit": null, "size": "lb-large" }), usd("72.00")),
        (json!({ "size_unit": null, "size": "lb-huge" }), Value::Null),
        (json!({ "type": null, "size_unit": 2 }), usd("24.00")),
        (json!({ "type": "REGIONAL_NETWORK", "size_unit": 2 }), usd("30.00")),
        (json!({ "type": "GLOBAL", "size_unit": null, "size": null }), usd("15.00")),
        (json!({ "type": "LUNAR" }), Value::Null),
    ] {
        let (sim, client) = demo().await;
        sim.account("demo").change("load_balancers", BALANCER_ID, fields.clone());
        assert_eq!(facts(&LOAD_BALANCER, &client).await["price_monthly"], price, "{fields}");
    }
}

/// DigitalOcean does not say to which of its networks a gateway belongs.
#[tokio::test]
async fn a_gateway_of_several_networks_has_no_parent() {
    let (sim, client) = demo().await;
    let (_, list, id) = OBJECTS[5];
    let other = "3f1c9a52-0000-4000-8000-0d5e8b7f2a10";
    let vpcs = json!([{ "vpc_uuid": other, "gateway_ip": "10.116.0.2" }, { "vpc_uuid": VPC_ID, "gateway_ip": null }]);
    sim.account("demo").change(list, id, json!({ "vpcs": vpcs }));
    let facts = facts(&NAT_GATEWAY, &client).await;
    assert_eq!(facts.get("parent"), None);
    assert_eq!(facts["attrs"]["vpc_uuids"], json!([VPC_ID, other]));
    assert_eq!(facts["attrs"]["gateway_addresses"], json!(["10.116.0.2"]));
}
