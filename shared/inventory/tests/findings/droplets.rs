use domain::{Resource, Strikes};
use serde_json::{Value, json};

use crate::{check, find, find_among, now, price_and_since, resource};

#[test]
fn a_powered_off_droplet_is_found() {
    let off = json!({ "status": "off", "attrs": { "size": "s-1vcpu-1gb" } });
    let cases = [
        (off.clone(), Some("The droplet is powered off, and its size (s-1vcpu-1gb) is billed as if it ran.")),
        (json!({ "status": "active" }), None),
        (json!({ "status": "new" }), None),
        (json!({ "status": "archive" }), None),
        (json!({ "status": null }), None),
    ];
    check("powered_off_droplet", "droplet", &cases);
    let found = price_and_since("powered_off_droplet", "droplet", off);
    assert_eq!(found, (Some("7.00".to_owned()), None));
}

#[test]
fn a_droplet_without_backups_is_found() {
    let with = |status: &str, features: &[&str]| json!({ "status": status, "attrs": { "features": features } });
    let none = Some("Automatic backups of the droplet are not enabled.");
    let node = json!({ "status": "active", "tags": ["k8s", "k8s:bd5f"], "attrs": { "features": [] } });
    let cases = [
        (with("active", &[]), none),
        (with("off", &["monitoring", "private_networking"]), none),
        (with("active", &["backups", "monitoring"]), None),
        (with("new", &[]), None),
        (with("archive", &[]), None),
        (node, None),
        (json!({ "status": "active" }), None),
    ];
    check("droplet_without_backups", "droplet", &cases);
    let found = price_and_since("droplet_without_backups", "droplet", with("active", &[]));
    assert_eq!(found, (None, None), "a deletion would save nothing");
}

fn firewall(facts: Value) -> Resource {
    resource("firewall", facts)
}

#[test]
fn a_droplet_without_firewall_is_found() {
    let none = "No cloud firewall covers the droplet, neither by its id nor by a tag";
    let droplet = |addresses: &[&str]| json!({ "status": "active", "tags": ["prod", "web"], "attrs": { "public_addresses": addresses } });
    let exposed = format!("{none}; it has the public address 192.0.2.1.");
    let both = format!("{none}; it has the public addresses 192.0.2.1, 2001:db8::1.");
    let hidden = format!("{none}.");
    let cases = [
        (droplet(&["192.0.2.1"]), Some(exposed.as_str())),
        (droplet(&["192.0.2.1", "2001:db8::1"]), Some(both.as_str())),
        (droplet(&[]), Some(hidden.as_str())),
        (json!({ "status": "off" }), Some(hidden.as_str())),
        (json!({ "status": "new" }), None),
        (json!({ "status": "archive" }), None),
    ];
    check("droplet_without_firewall", "droplet", &cases);

    let droplet = resource("droplet", droplet(&[]));
    let with_strikes = Resource {
        strikes: Some(Strikes { count: 2, last_at: now() }),
        ..firewall(json!({ "attrs": { "droplet_ids": ["1"] } }))
    };
    let others = [
        ("by id", firewall(json!({ "attrs": { "droplet_ids": ["1", "2"] } })), true),
        ("by a number", firewall(json!({ "attrs": { "droplet_ids": [1] } })), true),
        ("by a tag", firewall(json!({ "tags": ["web"] })), true),
        ("by a tag among its attrs", firewall(json!({ "attrs": { "tags": ["web"] } })), true),
        ("missing, but not known to be gone", with_strikes, true),
        ("another's id", firewall(json!({ "attrs": { "droplet_ids": ["2", "11"] } })), false),
        ("another's tag", firewall(json!({ "tags": ["we", "webs"], "attrs": { "droplet_ids": [] } })), false),
        ("not a firewall", resource("load_balancer", json!({ "attrs": { "droplet_ids": ["1"] } })), false),
    ];
    for (case, other, covered) in others {
        let found = find_among("droplet_without_firewall", &droplet, &[other]);
        assert_eq!(found.is_none(), covered, "{case}");
    }
}

#[test]
fn deleted_resources_and_other_kinds_have_no_findings() {
    let off = resource("droplet", json!({ "status": "off" }));
    assert!(find("powered_off_droplet", &off).is_some());
    let gone = Resource { deleted_at: Some(now()), ..off };
    assert_eq!(find("powered_off_droplet", &gone), None);
    check("powered_off_droplet", "managed_db", &[(json!({ "status": "off" }), None)]);
}
