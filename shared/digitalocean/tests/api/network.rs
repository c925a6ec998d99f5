//! Reserved addresses, firewalls, load balancers, VPCs and NAT gateways.

use digitalocean::{Client, Error, IpAssignment, ListItem, Pages, ReservedIp, ReservedIpv6};
use serde::Serialize;
use serde_json::{Value, json};

use crate::official;
use crate::server::{ok, refuse, serve};

/// Reads a list from a server that responds with `body`; returns the requested path and the items
/// as JSON.
async fn read_list<T: ListItem + Serialize>(list: fn(&Client) -> Pages<T>, body: &Value) -> (String, Vec<Value>) {
    let (server, client) = serve(ok(body)).await;
    let listing = list(&client).collect_all().await.unwrap();
    let path = server.received_requests().await.unwrap()[0].url.path().to_owned();
    let items = listing.items.into_iter().map(|item| serde_json::to_value(item).unwrap());
    (path, items.collect())
}

/// Returns whether the decoded value equals the given one. A field that was not given is null,
/// empty or false.
fn is_same(read: &Value, given: &Value) -> bool {
    match (read, given) {
        (Value::Object(read), Value::Null) => read.values().all(|value| is_same(value, &Value::Null)),
        (Value::Object(read), given) => read.iter().all(|(field, value)| is_same(value, &given[field])),
        (Value::Array(read), Value::Array(given)) => {
            read.len() == given.len() && read.iter().zip(given).all(|(read, given)| is_same(read, given))
        }
        (Value::Null | Value::Bool(false), Value::Null) => true,
        (Value::Array(read), Value::Null) => read.is_empty(),
        (Value::String(read), Value::Null) => read.is_empty(),
        (read, given) => read == given,
    }
}

#[tokio::test]
async fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let example = |pointer: &str| spec.pointer(&format!("/components/{pointer}")).unwrap().clone();
    let in_response = |name: &str| example(&format!("responses/{name}/content/application~1json/schema/example"));
    let firewalls = example("responses/list_firewalls_response/content/application~1json/example");
    let (balancers, nats) = (example("examples/load_balancers_all/value"), example("examples/vpc_nat_gateways/value"));
    let (ips, vpcs) = (in_response("reserved_ip_list"), in_response("all_vpcs"));
    for ((path, items), key, given) in [
        (read_list(|client| client.reserved_ips().list(), &ips).await, "reserved_ips", &ips),
        (read_list(|client| client.firewalls().list(), &firewalls).await, "firewalls", &firewalls),
        (read_list(|client| client.load_balancers().list(), &balancers).await, "load_balancers", &balancers),
        (read_list(|client| client.vpcs().list(), &vpcs).await, "vpcs", &vpcs),
        (read_list(|client| client.nat_gateways().list(), &nats).await, "vpc_nat_gateways", &nats),
    ] {
        assert_eq!(path, format!("/v2/{key}"));
        assert!(is_same(&json!(items), &given[key]), "{} is not {}", json!(items), given[key]);
    }
    let mut ipv6 = in_response("reserved_ipv6_list");
    ipv6["meta"]["total"] = json!(2);
    let (path, items) = read_list(|client| client.reserved_ipv6s().list(), &ipv6).await;
    assert_eq!(path, "/v2/reserved_ipv6");
    assert!(is_same(&json!(items), &ipv6["reserved_ipv6s"]), "{items:?}");
}

/// The assignment of an address as DigitalOcean shows it: only null means that it is unassigned,
/// and in the list of IPv6 addresses also an absent droplet.
#[test]
fn an_address_is_assigned_or_unassigned_or_its_droplet_is_not_visible() {
    let droplet = json!({ "id": 3_164_444, "name": "example.com", "image": {}, "a_new_field": 1 });
    for (shown, v4, v6) in [
        (json!({ "droplet": droplet }), IpAssignment::Droplet(3_164_444), IpAssignment::Droplet(3_164_444)),
        (json!({ "droplet": null }), IpAssignment::Unassigned, IpAssignment::Unassigned),
        (json!({ "droplet": {} }), IpAssignment::NotVisible, IpAssignment::NotVisible),
        (json!({}), IpAssignment::NotVisible, IpAssignment::Unassigned),
    ] {
        let mut address = shown.clone();
        address["ip"] = json!("192.0.2.1");
        let read: ReservedIp = serde_json::from_value(address.clone()).unwrap();
        assert_eq!(read.assignment, v4, "{shown}");
        let again: ReservedIp = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read, "{shown}");
        let read: ReservedIpv6 = serde_json::from_value(address).unwrap();
        assert_eq!(read.assignment, v6, "{shown}");
    }
}

#[tokio::test]
async fn missing_fields_get_defaults_and_unknown_values_are_kept() {
    let single_item = |key: &str, item: Value| json!({ key: [item], "meta": { "total": 1 } });
    let id = "892071a0-bb95-49bc-8021-3afd67a210bf";
    for ((_, items), expected) in [
        (
            read_list(|client| client.reserved_ips().list(), &single_item("reserved_ips", json!({ "ip": "192.0.2.1" }))).await,
            json!({ "ip": "192.0.2.1", "region": null, "locked": false }),
        ),
        (
            read_list(|client| client.reserved_ipv6s().list(), &single_item("reserved_ipv6s", json!({ "ip": "2001:db8::1" })))
                .await,
            json!({ "ip": "2001:db8::1", "reserved_at": null, "droplet": null }),
        ),
        (
            read_list(
                |client| client.firewalls().list(),
                &single_item(
                    "firewalls",
                    json!({ "id": id, "status": "dreaming", "droplet_ids": null, "tags": null, "outbound_rules": null,
                        "inbound_rules": [{ "protocol": "sctp", "ports": null, "sources": { "tags": null } }] }),
                ),
            )
            .await,
            json!({ "id": id, "status": "dreaming", "droplet_ids": [], "tags": [], "outbound_rules": [],
                "inbound_rules": [{ "protocol": "sctp", "ports": "", "sources": {
                    "addresses": [], "droplet_ids": [], "load_balancer_uids": [], "kubernetes_ids": [], "tags": [] } }] }),
        ),
        (
            read_list(
                |client| client.load_balancers().list(),
                &single_item(
                    "load_balancers",
                    json!({ "id": id, "type": "LUNAR", "status": "dreaming", "region": {}, "droplet_ids": null, "firewall": null }),
                ),
            )
            .await,
            json!({ "id": id, "type": "LUNAR", "status": "dreaming", "region": null, "droplet_ids": [], "ip": "",
                "firewall": { "allow": [], "deny": [] } }),
        ),
        (
            read_list(|client| client.vpcs().list(), &single_item("vpcs", json!({ "id": id, "name": null }))).await,
            json!({ "id": id, "name": "", "default": null }),
        ),
        (
            read_list(
                |client| client.nat_gateways().list(),
                &single_item("vpc_nat_gateways", json!({ "id": id, "state": "DREAMING", "vpcs": null, "egresses": null })),
            )
            .await,
            json!({ "id": id, "state": "DREAMING", "vpcs": [], "egresses": { "public_gateways": [] } }),
        ),
    ] {
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(items[0][field], *value, "{field} of {items:?}");
        }
    }
}

#[tokio::test]
async fn each_resource_is_requested_by_its_id() {
    let (server, client) = serve(ok(json!({
        "reserved_ip": { "ip": "192.0.2.1" }, "reserved_ipv6": { "ip": "2001:db8::1" }, "firewall": { "id": "f" },
        "load_balancer": { "id": "l" }, "vpc": { "id": "v" }, "vpc_nat_gateway": { "id": "n" }
    })))
    .await;
    assert_eq!(client.reserved_ips().get("192.0.2.1").await.unwrap().ip, "192.0.2.1");
    assert_eq!(client.reserved_ipv6s().get("2001:db8::1").await.unwrap().ip, "2001:db8::1");
    assert_eq!(client.firewalls().get("f").await.unwrap().id, "f");
    assert_eq!(client.load_balancers().get("l").await.unwrap().id, "l");
    assert_eq!(client.vpcs().get("v").await.unwrap().id, "v");
    assert_eq!(client.nat_gateways().get("n").await.unwrap().id, "n");
    let requests = server.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(
        paths,
        [
            "/v2/reserved_ips/192.0.2.1",
            "/v2/reserved_ipv6/2001:db8::1",
            "/v2/firewalls/f",
            "/v2/load_balancers/l",
            "/v2/vpcs/v",
            "/v2/vpc_nat_gateways/n",
        ]
    );
}

/// An account without VPCs may have no list of them. That is an error, never an empty list.
#[tokio::test]
async fn a_missing_list_is_not_an_empty_list() {
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(matches!(client.vpcs().list().collect_all().await, Err(Error::NotFound { .. })));
}
