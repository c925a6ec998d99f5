use serde_json::json;

use crate::{check, price_and_since};

#[test]
fn an_unassigned_reserved_ip_is_found() {
    let unassigned = json!({ "status": "unassigned" });
    let cases = [
        (unassigned.clone(), Some("The reserved IP is assigned to no droplet: it is billed only while that is so.")),
        (json!({ "status": "assigned" }), None),
        (json!({ "status": null }), None),
    ];
    check("unassigned_reserved_ip", "floating_ip", &cases);
    let found = price_and_since("unassigned_reserved_ip", "floating_ip", unassigned);
    assert_eq!(found, (Some("7.00".to_owned()), None));
}

#[test]
fn a_load_balancer_without_backends_is_found() {
    let rule = "load_balancer_without_backends";
    let nothing = Some("No droplet is behind the load balancer.");
    let tagged = Some("No droplet has the tag prod:web, so nothing is behind the load balancer.");
    let cases = [
        (json!({ "attrs": { "droplet_ids": [] } }), nothing),
        (json!({ "attrs": { "droplet_ids": [], "tag": "", "target_load_balancer_ids": [] } }), nothing),
        (json!({ "attrs": { "droplet_ids": [], "tag": "prod:web" } }), tagged),
        (json!({ "attrs": { "droplet_ids": ["3164444"] } }), None),
        (json!({ "attrs": { "droplet_ids": [3164444], "tag": "prod:web" } }), None),
        (json!({ "status": "active", "attrs": { "droplet_ids": [] } }), nothing),
        (json!({ "status": "errored", "attrs": { "droplet_ids": [] } }), nothing),
        (json!({ "status": "new", "attrs": { "droplet_ids": [] } }), None),
        // A global load balancer has other load balancers as its targets.
        (json!({ "attrs": { "droplet_ids": [], "target_load_balancer_ids": ["7dbf91fe"] } }), None),
        (json!({ "attrs": { "tag": "prod:web" } }), None),
    ];
    check(rule, "load_balancer", &cases);
    let found = price_and_since(rule, "load_balancer", json!({ "attrs": { "droplet_ids": [] } }));
    assert_eq!(found, (Some("7.00".to_owned()), None));
}
