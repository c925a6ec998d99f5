//! Reserved addresses, firewalls, load balancers, VPCs and NAT gateways.

use digitalocean::{Client, Error, IpAssignment, ListItem, Pages, ReservedIp, ReservedIpv6};
use serde::Serialize;
use serde_json::{Value, json};

use crate::official;
use crate::server::{ok, refuse, serve};

/// What a list asks for, and its items as they were read.
async fn listed<T: ListItem + Serialize>(list: fn(&Client) -> Pages<T>, body: &Value) -> (String, Vec<Value>) {
    let (server, client) = serve(ok(body)).await;
    let listing = list(&client).collect_all().await.unwrap();
    let path = server.received_requests().await.unwrap()[0].url.path().to_owned();
    let items = listing.items.into_iter().map(|item| serde_json::to_value(item).unwrap());
    (path, items.collect())
}

/// Whether all that was read is as it was given. What was not given is null, empty or false.
fn same(read: &Value, given: &Value) -> bool {
    match (read, given) {
        (Value::Object(read), Value::Null) => read.values().all(|value| same(value, &Value::Null)),
        (Value::Object(read), given) => read.iter().all(|(field, value)| same(value, &given[field])),
        (Value::Array(read), Value::Array(given)) => {
            read.len() == given.len() && read.iter().zip(given).all(|(read, given)| same(read, given))
        }
        (Value::Null | Value::Bool(false), Value::Null) => true,
        (Value::Array(read), Value::Null) => read.is_empty(),
        (Value::String(read), Value::Null) => read.is_empty(),
        (read, given) => read == given,
    }
}

#[tokio::test]
async fn the_official_examples_are_read() {
    let Some(spec) = official::document() else { return };
    let example = |pointer: &str| spec.pointer(&format!("/components/{pointer}")).unwrap().clone();
    let in_response = |name: &str| example(&format!("responses/{name}/content/application~1json/schema/example"));
    let firewalls = example("responses/list_firewalls_response/content/application~1json/example");
    let (balancers, nats) = (example("examples/load_balancers_all/value"), example("examples/vpc_nat_gateways/value"));
    let (ips, vpcs) = (in_response("reserved_ip_list"), in_response("all_vpcs"));
    for ((path, items), key, given) in [
        (listed(|client| client.reserved_ips().list(), &ips).await, "reserved_ips", &ips),
        (listed(|client| client.firewalls().list(), &firewalls).await, "firewalls", &firewalls),
        (listed(|client| client.load_balancers().list(), &balancers).await, "load_balancers", &balancers),
        (listed(|client| client.vpcs().list(), &vpcs).await, "vpcs", &vpcs),
        (listed(|client| client.nat_gateways().list(), &nats).await, "vpc_nat_gateways", &nats),
    ] {
        assert_eq!(path, format!("/v2/{key}"));
        assert!(same(&json!(items), &given[key]), "{} is not {}", json!(items), given[key]);
    }
    let mut ipv6 = in_response("reserved_ipv6_list");
    ipv6["meta"]["total"] = json!(2);
    let (path, items) = listed(|client| client.reserved_ipv6s().list(), &ipv6).await;
    assert_eq!(path, "/v2/reserved_ipv6");
    assert!(same(&json!(items), &ipv6["reserved_ipv6s"]), "{items:?}");
}

/// Where an address leads to, as DigitalOcean shows it: only null says that it leads nowhere, and in the list of IPv6 addresses absence.
#[test]
fn an_address_leads_to_a_droplet_or_nowhere_or_nobody_says() {
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
async fn an_id_is_enough_and_unknown_words_are_kept() {
    let little = |key: &str, item: Value| json!({ key: [item], "meta": { "total": 1 } });
    let id = "892071a0-bb95-49bc-8021-3afd67a210bf";
    for ((_, items), expected) in [
        (
            listed(|client| client.reserved_ips().list(), &little("reserved_ips", json!({ "ip": "192.0.2.1" }))).await,
            json!({ "ip": "192.0.2.1", "region": null, "locked": false }),
        ),
        (
            listed(|client| client.reserved_ipv6s().list(), &little("reserved_ipv6s", json!({ "ip": "2001:db8::1" })))
                .await,
            json!({ "ip": "2001:db8::1", "reserved_at": null, "droplet": null }),
        ),
        (
            listed(
                |client| client.firewalls().list(),
                &little(
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
            listed(
                |client| client.load_balancers().list(),
                &little(
                    "load_balancers",
                    json!({ "id": id, "type": "LUNAR", "status": "dreaming", "region": {}, "droplet_ids": null, "firewall": null }),
                ),
            )
            .await,
            json!({ "id": id, "type": "LUNAR", "status": "dreaming", "region": null, "droplet_ids": [], "ip": "",
                "firewall": { "allow": [], "deny": [] } }),
        ),
        (
            listed(|client| client.vpcs().list(), &little("vpcs", json!({ "id": id, "name": null }))).await,
            json!({ "id": id, "name": "", "default": null }),
        ),
        (
            listed(
                |client| client.nat_gateways().list(),
                &little("vpc_nat_gateways", json!({ "id": id, "state": "DREAMING", "vpcs": null, "egresses": null })),
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
async fn one_of_each_is_asked_for_by_its_id() {
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

/// An account without VPCs may have no list of them: an error, never an empty list.
#[tokio::test]
async fn a_list_that_is_not_there_is_no_empty_list() {
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(matches!(client.vpcs().list().collect_all().await, Err(Error::NotFound { .. })));
}
