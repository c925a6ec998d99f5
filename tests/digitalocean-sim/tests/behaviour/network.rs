//! Reserved addresses, firewalls, load balancers, VPCs and NAT gateways.

use digitalocean_sim::{AccountSeed, Droplet, Seed, Simulator, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, call, delete, get, with};

#[tokio::test]
async fn a_reserved_ip_is_one_address_under_two_names() {
    let account = AccountSeed::new(TOKEN)
        .token("narrow", Token::new("narrow").scopes(["reserved_ip:read"]))
        .object("droplets", Droplet::named("web").id(7))
        .object("reserved_ips", json!({ "ip": "198.18.0.1", "droplet": 7 }))
        .object("reserved_ips", json!({ "ip": "198.18.0.2" }));
    let sim = with(account).await;
    let account = sim.account("test");
    let new = get(&sim, "/v2/reserved_ips").await.json()["reserved_ips"].clone();
    assert_eq!(get(&sim, "/v2/floating_ips").await.json()["floating_ips"], new);
    assert_eq!(get(&sim, "/v2/floating_ips/198.18.0.1").await.json()["floating_ip"], new[0]);
    assert_eq!(get(&sim, "/v2/reserved_ips/198.18.0.1").await.json()["reserved_ip"], new[0]);
    assert_eq!(new[0]["droplet"], get(&sim, "/v2/droplets/7").await.json()["droplet"]);
    assert_eq!((&new[1]["droplet"], new[1].get("droplet").is_some()), (&Value::Null, true));
    assert_eq!(new[1]["project_id"], json!(account.default_project()));
    assert_eq!(account.project_of("do:floatingip:198.18.0.2"), account.default_project());
    let narrow = call(&sim, "narrow", Method::GET, "/v2/reserved_ips/198.18.0.1", None).await.json();
    let shown: Vec<&String> = narrow["reserved_ip"].as_object().unwrap().keys().collect();
    assert_eq!(shown, ["ip", "locked", "region"]);
    // An address outlives its droplet.
    assert_eq!(delete(&sim, "/v2/droplets/7").await.status, 204);
    assert_eq!(get(&sim, "/v2/reserved_ips/198.18.0.1").await.json()["reserved_ip"]["droplet"], Value::Null);
}

#[tokio::test]
async fn a_list_omits_the_droplet_of_an_unassigned_ipv6_address() {
    let account = AccountSeed::new(TOKEN)
        .object("droplets", Droplet::named("web").id(7))
        .object("reserved_ipv6s", json!({ "ip": "2001:db8::a1" }))
        .object("reserved_ipv6s", json!({ "ip": "2001:db8::a2", "droplet": 7 }));
    let sim = with(account).await;
    let list = get(&sim, "/v2/reserved_ipv6").await.json();
    assert_eq!(
        (list["reserved_ipv6s"][0].get("droplet"), &list["reserved_ipv6s"][1]["droplet"]["id"]),
        (None, &json!(7))
    );
    let one = get(&sim, "/v2/reserved_ipv6/2001:db8::a1").await.json();
    assert_eq!(one["reserved_ipv6"].get("droplet"), Some(&Value::Null));
    let default = sim.account("test").default_project();
    assert_eq!(sim.account("test").project_of("do:floatingipv6:2001:db8::a1"), default);
}

#[tokio::test]
async fn a_firewall_shows_its_rules_and_the_targets_that_the_token_may_read() {
    let rule = json!({ "protocol": "icmp", "sources": { "addresses": ["0.0.0.0/0"] } });
    let account = AccountSeed::new(TOKEN)
        .token("narrow", Token::new("narrow").scopes(["firewall:read"]))
        .object("firewalls", json!({ "name": "web", "droplet_ids": [7], "tags": ["prod"], "inbound_rules": [rule] }));
    let sim = with(account).await;
    let complete = get(&sim, "/v2/firewalls").await.json()["firewalls"][0].clone();
    assert_eq!((&complete["droplet_ids"], &complete["tags"]), (&json!([7]), &json!(["prod"])));
    let rule = json!([{ "protocol": "icmp", "ports": "0", "sources": { "addresses": ["0.0.0.0/0"] } }]);
    assert_eq!((&complete["inbound_rules"], &complete["outbound_rules"]), (&rule, &json!([])));
    let narrow = call(&sim, "narrow", Method::GET, "/v2/firewalls", None).await.json()["firewalls"][0].clone();
    assert_eq!((&narrow["droplet_ids"], &narrow["tags"], &narrow["inbound_rules"]), (&json!([]), &json!([]), &rule));
}

#[tokio::test]
async fn a_load_balancer_with_a_tag_has_the_droplets_with_that_tag() {
    let account = AccountSeed::new(TOKEN)
        .object("droplets", Droplet::named("a").id(1).tag("web"))
        .object("droplets", Droplet::named("b").id(2))
        .object("load_balancers", json!({ "name": "tagged", "tag": "web", "size_unit": 2 }))
        .object("load_balancers", json!({ "name": "chosen", "droplet_ids": [2], "size_unit": 3 }));
    let sim = with(account).await;
    let account = sim.account("test");
    let droplets = async || {
        let list = get(&sim, "/v2/load_balancers").await.json();
        [0, 1].map(|index| list["load_balancers"][index]["droplet_ids"].clone())
    };
    assert_eq!(droplets().await, [json!([1]), json!([2])]);
    account.change_droplet(2, json!({ "tags": ["web"] }));
    assert_eq!(droplets().await, [json!([1, 2]), json!([2])]);
    let list = get(&sim, "/v2/load_balancers").await.json()["load_balancers"].clone();
    assert_eq!((list[0].get("size"), &list[1]["size"]), (None, &json!("lb-medium")));
    let project = account.default_project();
    assert_eq!(list[0]["project_id"], json!(project));
    let id = list[0]["id"].as_str().unwrap();
    assert_eq!(account.project_of(&format!("do:loadbalancer:{id}")), project);
    assert_eq!(get(&sim, &format!("/v2/load_balancers/{id}")).await.json()["load_balancer"], list[0]);
}

#[test]
fn a_load_balancer_cannot_have_both_a_tag_and_droplets() {
    let balancer = json!({ "name": "both", "tag": "web", "droplet_ids": [1] });
    let seed = json!({ "accounts": { "test": { "load_balancers": [balancer] } } });
    let error = Seed::from_value(seed).unwrap_err().to_string();
    assert!(error.contains("mutually exclusive"), "{error}");
}

/// Droplets, load balancers and NAT gateways are in the default VPC of their region unless the seed
/// names another one.
#[tokio::test]
async fn a_region_has_one_default_vpc() {
    let account = AccountSeed::new(TOKEN)
        .object("vpcs", json!({ "name": "default-fra1", "region": "fra1", "default": true }))
        .object("droplets", Droplet::named("web").id(7).region("fra1"))
        .object("load_balancers", json!({ "name": "web", "region": "fra1" }))
        .object("vpc_nat_gateways", json!({ "name": "out", "region": "fra1" }));
    let sim = with(account).await;
    let vpc = get(&sim, "/v2/vpcs").await.json()["vpcs"][0].clone();
    assert_eq!(vpc["urn"], format!("do:vpc:{}", vpc["id"].as_str().unwrap()));
    let account = sim.account("test");
    assert_eq!(account.droplet(7).unwrap()["vpc_uuid"], vpc["id"]);
    assert_eq!(account.list("load_balancers")[0]["vpc_uuid"], vpc["id"]);
    assert_eq!(account.list("vpc_nat_gateways")[0]["vpcs"][0]["vpc_uuid"], vpc["id"]);
    assert_eq!(account.project_of(vpc["urn"].as_str().unwrap()), account.default_project());
}

/// All objects that the demo account's network refers to exist.
#[tokio::test]
async fn the_demo_accounts_network_is_consistent() {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let demo = sim.account("demo");
    for list in ["reserved_ips", "reserved_ipv6s", "firewalls", "load_balancers", "vpcs", "vpc_nat_gateways"] {
        assert_eq!(demo.count(list), 1, "{list}");
    }
    let vpc = demo.list("vpcs").remove(0);
    for droplet in demo.list("droplets") {
        let in_it = droplet["vpc_uuid"] == vpc["id"];
        assert_eq!(in_it, droplet["region"]["slug"] == vpc["region"], "{}", droplet["name"]);
    }
    let balancer = demo.list("load_balancers").remove(0);
    let shop = demo.droplet(balancer["droplet_ids"][0].as_u64().unwrap()).unwrap();
    assert_eq!((&shop["vpc_uuid"], &balancer["vpc_uuid"]), (&vpc["id"], &vpc["id"]));
    assert_eq!(demo.list("reserved_ips")[0]["droplet"], shop["id"]);
    assert_eq!(demo.list("vpc_nat_gateways")[0]["vpcs"][0]["vpc_uuid"], vpc["id"]);
    let certificate = balancer["forwarding_rules"][0]["certificate_id"].as_str().unwrap();
    assert!(demo.get("certificates", certificate).is_some());
    let firewall = demo.list("firewalls").remove(0);
    assert!(firewall["droplet_ids"].as_array().unwrap().contains(&shop["id"]));
    assert!(firewall["inbound_rules"].to_string().contains(balancer["id"].as_str().unwrap()));
    let shops = demo.project_named("Alpine Outfitters");
    for urn in [
        "do:floatingip:198.18.20.7".to_owned(),
        format!("do:loadbalancer:{}", balancer["id"].as_str().unwrap()),
        vpc["urn"].as_str().unwrap().to_owned(),
    ] {
        assert_eq!(demo.project_of(&urn), shops, "{urn}");
    }
    assert_eq!(demo.project_of("do:floatingipv6:2001:db8:0:2020::a1"), demo.project_named("Bakkerij Jansen"));
}
