//! Reading and seeding the records of domains.

use digitalocean_sim::{AccountSeed, Seed, Simulator, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{TOKEN, blank, call, delete, get, post, with};

/// The type, name and data of a domain's records.
async fn contents(sim: &Simulator, path: &str) -> Vec<String> {
    let reply = get(sim, path).await.json();
    let record =
        |record: &Value| ["type", "name", "data"].map(|field| record[field].as_str().unwrap().to_owned()).join(" ");
    reply["domain_records"].as_array().unwrap().iter().map(record).collect()
}

const AUTOMATIC: [&str; 4] =
    ["SOA @ 1800", "NS @ ns1.digitalocean.com", "NS @ ns2.digitalocean.com", "NS @ ns3.digitalocean.com"];

fn seed() -> AccountSeed {
    AccountSeed::new(TOKEN)
        .token("narrow", Token::new("narrow").scopes(["project:read"]).filtered())
        .object(
            "domains",
            json!({ "name": "Shop.example", "ip_address": "192.0.2.1", "records": [
            { "id": 7, "type": "MX", "data": "mail.shop.example", "priority": 10, "ttl": 300 },
            { "type": "A", "name": "www", "data": "192.0.2.2" },
        ] }),
        )
        .object("domains", json!({ "name": "six.example", "ip_address": "2001:db8::1" }))
        .object("domains", json!({ "name": "bare.example" }))
        .object("domain_records", json!({ "domain": "bare.example", "type": "TXT", "data": "later" }))
}

#[tokio::test]
async fn a_domain_has_its_own_records_and_those_of_its_seed() {
    let sim = with(seed()).await;
    let apex = |last: &[&'static str]| [&AUTOMATIC, last].concat();
    for (domain, records) in [
        ("shop.example", apex(&["A @ 192.0.2.1", "MX @ mail.shop.example", "A www 192.0.2.2"])),
        ("six.example", apex(&["AAAA @ 2001:db8::1"])),
        ("bare.example", apex(&["TXT @ later"])),
    ] {
        assert_eq!(contents(&sim, &format!("/v2/domains/{domain}/records")).await, records);
    }
    let mail = get(&sim, "/v2/domains/shop.example/records/7").await.json();
    assert_eq!(
        mail,
        json!({ "domain_record": {
        "id": 7, "type": "MX", "name": "@", "data": "mail.shop.example", "priority": 10, "port": null, "ttl": 300,
        "weight": null, "flags": null, "tag": null
    } })
    );
    let zone = get(&sim, "/v2/domains/shop.example").await.json();
    let file = zone["domain"]["zone_file"].as_str().unwrap();
    assert!(file.ends_with("shop.example. 300 IN MX 10 mail.shop.example.\nwww.shop.example. 1800 IN A 192.0.2.2\n"));
}

#[tokio::test]
async fn records_filter_by_type_and_full_name() {
    let sim = with(seed()).await;
    for (query, records) in [
        ("type=MX", vec!["MX @ mail.shop.example"]),
        ("name=www.shop.example", vec!["A www 192.0.2.2"]),
        ("name=WWW.shop.example&type=A", vec!["A www 192.0.2.2"]),
        ("name=shop.example&type=A", vec!["A @ 192.0.2.1"]),
        // A name relative to the domain is not a full name.
        ("name=www", vec![]),
        ("name=@", vec![]),
        ("per_page=2&page=2", vec![AUTOMATIC[2], AUTOMATIC[3]]),
    ] {
        assert_eq!(contents(&sim, &format!("/v2/domains/shop.example/records?{query}")).await, records, "{query}");
    }
}

#[tokio::test]
async fn a_record_is_in_one_domain_only() {
    let sim = with(seed()).await;
    for (token, path) in [
        (TOKEN, "/v2/domains/gone.example/records/7"),
        (TOKEN, "/v2/domains/six.example/records/7"),
        (TOKEN, "/v2/domains/shop.example/records/8"),
        ("narrow", "/v2/domains/shop.example/records"),
        ("narrow", "/v2/domains/shop.example/records/7"),
    ] {
        assert_eq!(call(&sim, token, Method::GET, path, None).await.status, 404, "{token} {path}");
    }
}

#[tokio::test]
async fn records_are_created_and_deleted_with_their_domain() {
    let sim = blank().await;
    let account = sim.account("test");
    post(&sim, "/v2/domains", json!({ "name": "shop.example" })).await;
    let path = "/v2/domains/shop.example/records";
    assert_eq!(contents(&sim, path).await, AUTOMATIC);
    let id = account
        .add("domain_records", json!({ "domain": "shop.example", "type": "A", "name": "www", "data": "192.0.2.1" }));
    account.change("domain_records", &id, json!({ "data": "192.0.2.2", "ttl": 60 }));
    let shown = get(&sim, &format!("{path}/{id}")).await.json();
    assert_eq!((&shown["domain_record"]["data"], &shown["domain_record"]["ttl"]), (&json!("192.0.2.2"), &json!(60)));
    account.remove("domain_records", &id);
    assert_eq!(contents(&sim, path).await, AUTOMATIC);
    assert_eq!(delete(&sim, "/v2/domains/shop.example").await.status, 204);
    assert_eq!(account.count("domain_records"), 0);
    post(&sim, "/v2/domains", json!({ "name": "shop.example" })).await;
    assert_eq!(contents(&sim, path).await, AUTOMATIC);
}

#[test]
fn an_error_in_a_record_names_the_field() {
    let error = |lists: Value| Seed::from_value(json!({ "accounts": { "a": lists } })).unwrap_err().to_string();
    let record = |record: Value| json!({ "domains": [{ "name": "shop.example", "records": [record] }] });
    let unknown = error(record(json!({ "type": "A", "data": "192.0.2.1", "TTL": 60 })));
    assert!(unknown.contains("domains[0]: records[0]") && unknown.contains("unknown field `TTL`"), "{unknown}");
    let bare = error(record(json!({ "type": "A" })));
    assert!(bare.contains("missing field `data`"), "{bare}");
    let orphan = error(json!({ "domain_records": [{ "domain": "gone.example", "type": "A", "data": "192.0.2.1" }] }));
    assert!(orphan.contains("there is no domain `gone.example`"), "{orphan}");
}
