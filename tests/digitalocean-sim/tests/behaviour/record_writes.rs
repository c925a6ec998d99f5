//! Creating, changing and deleting the records of domains.

use digitalocean_sim::{AccountSeed, ConsistencySettings, Simulator, Token};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Reply, TOKEN, call, delete, get, post, with};

const RECORDS: &str = "/v2/domains/shop.example/records";

async fn sim() -> Simulator {
    let account = AccountSeed::new(TOKEN)
        .token("create", Token::new("create").scopes(["domain:create"]))
        .token("update", Token::new("update").scopes(["domain:update"]))
        .token("delete", Token::new("delete").scopes(["domain:delete"]))
        .object("domains", json!({ "name": "other.example" }))
        .object(
            "domains",
            json!({ "name": "shop.example", "records": [
            { "id": 7, "type": "MX", "name": "@", "data": "mail.shop.example", "priority": 10, "ttl": 300 },
            { "id": 8, "type": "CNAME", "name": "www", "data": "@", "ttl": 600 },
            { "id": 9, "type": "TXT", "name": "kept", "data": "as it is", "ttl": 3600 },
        ] }),
        );
    with(account).await
}

async fn put(sim: &Simulator, id: u64, body: Value) -> Reply {
    call(sim, TOKEN, Method::PUT, &format!("{RECORDS}/{id}"), Some(body)).await
}

fn id(reply: &Reply) -> u64 {
    reply.json()["domain_record"]["id"].as_u64().unwrap()
}

fn message(reply: &Reply) -> String {
    reply.json()["message"].as_str().unwrap().to_owned()
}

/// The times to live of a name's records, each after its type.
async fn ttls(sim: &Simulator, name: &str) -> Vec<String> {
    let records = get(sim, &format!("{RECORDS}?name={name}.shop.example")).await.json();
    let ttl = |record: &Value| format!("{} {}", record["type"].as_str().unwrap(), record["ttl"]);
    records["domain_records"].as_array().unwrap().iter().map(ttl).collect()
}

#[tokio::test]
async fn written_records_are_shown_as_digitalocean_shows_them() {
    let sim = sim().await;
    for (sent, shown) in [
        (
            json!({ "type": "A", "name": "a", "data": "192.0.2.1" }),
            json!({ "name": "a", "ttl": 1800, "priority": null }),
        ),
        (json!({ "type": "A", "name": "@", "data": "192.0.2.1", "ttl": 30 }), json!({ "name": "@", "ttl": 30 })),
        (json!({ "type": "A", "name": "", "data": "192.0.2.1" }), json!({ "name": "@" })),
        (json!({ "type": "A", "name": "Sub.Shop.example.", "data": "192.0.2.1" }), json!({ "name": "sub" })),
        (json!({ "type": "A", "name": "shop.example.", "data": "192.0.2.1" }), json!({ "name": "@" })),
        (json!({ "type": "A", "name": "a.shop.example", "data": "192.0.2.1" }), json!({ "name": "a.shop.example" })),
        (json!({ "type": "A", "name": "*.apps", "data": "192.0.2.1" }), json!({ "name": "*.apps" })),
        // Fields that the type does not have are not stored.
        (
            json!({ "type": "A", "name": "a", "data": "192.0.2.1", "priority": 0, "port": 0, "weight": 0, "flags": 0,
                "tag": "" }),
            json!({ "priority": null, "port": null, "weight": null, "flags": null, "tag": null }),
        ),
        (json!({ "type": "AAAA", "name": "a", "data": "2001:DB8::1" }), json!({ "data": "2001:db8::1" })),
        (json!({ "type": "CNAME", "name": "c1", "data": "Web.Example.net." }), json!({ "data": "web.example.net" })),
        (json!({ "type": "CNAME", "name": "c2", "data": "shop.example." }), json!({ "data": "@" })),
        (json!({ "type": "CNAME", "name": "c3", "data": "@" }), json!({ "data": "@" })),
        (
            json!({ "type": "MX", "data": "mx.example.net.", "priority": 0 }),
            json!({ "name": "@", "data": "mx.example.net", "priority": 0 }),
        ),
        (json!({ "type": "MX", "name": "m", "data": "shop.example.", "priority": 5 }), json!({ "data": "@" })),
        (json!({ "type": "NS", "name": "n", "data": "ns1.example.net." }), json!({ "data": "ns1.example.net" })),
        (
            json!({ "type": "SRV", "name": "_s._tcp", "data": ".", "priority": 0, "port": 0, "weight": 0 }),
            json!({ "data": ".", "priority": 0, "port": 0, "weight": 0 }),
        ),
        (
            json!({ "type": "CAA", "name": "@", "data": "letsencrypt.org.", "flags": 0, "tag": "issue" }),
            json!({ "data": "letsencrypt.org", "flags": 0, "tag": "issue" }),
        ),
        (
            json!({ "type": "CAA", "name": "@", "data": "mailto:ops@shop.example", "flags": 128, "tag": "iodef" }),
            json!({ "data": "mailto:ops@shop.example", "flags": 128, "tag": "iodef" }),
        ),
        (json!({ "type": "TXT", "name": "_dmarc", "data": "v=DMARC1; p=none" }), json!({ "data": "v=DMARC1; p=none" })),
    ] {
        let made = post(&sim, RECORDS, sent.clone()).await;
        assert_eq!(made.status, 201, "{sent}: {}", made.text);
        let read = get(&sim, &format!("{RECORDS}/{}", id(&made))).await.json();
        assert_eq!(read, made.json(), "{sent}");
        for (field, value) in shown.as_object().unwrap() {
            assert_eq!(&read["domain_record"][field], value, "{sent}: {field}");
        }
    }
}

#[tokio::test]
async fn records_that_digitalocean_refuses_are_refused_and_change_nothing() {
    let sim = sim().await;
    let before = sim.account("test").state();
    let dot = "Data needs to end with a dot (.)";
    let shared = "CNAME records cannot share a name with other records";
    for (sent, expected) in [
        (json!({ "type": "CNAME", "name": "c", "data": "web.example.net" }), dot),
        (json!({ "type": "MX", "name": "@", "data": "mx.example.net", "priority": 10 }), dot),
        (json!({ "type": "NS", "name": "n", "data": "ns1.example.net" }), dot),
        (json!({ "type": "SRV", "name": "_s._tcp", "data": "a.example", "priority": 0, "port": 1, "weight": 0 }), dot),
        (json!({ "type": "CAA", "name": "@", "data": "letsencrypt.org", "flags": 0, "tag": "issue" }), dot),
        (json!({ "type": "MX", "name": "@", "data": "mx.example.net." }), "priority"),
        (json!({ "type": "SRV", "name": "_s._tcp", "data": ".", "port": 1, "weight": 0 }), "priority"),
        (json!({ "type": "SRV", "name": "_s._tcp", "data": ".", "priority": 0, "weight": 0 }), "port"),
        (json!({ "type": "SRV", "name": "_s._tcp", "data": ".", "priority": 0, "port": 1 }), "weight"),
        (json!({ "type": "CAA", "name": "@", "data": "a.example.", "tag": "issue" }), "flags"),
        (json!({ "type": "CAA", "name": "@", "data": "a.example.", "flags": 0 }), "tag"),
        (json!({ "type": "CAA", "name": "@", "data": "a.example.", "flags": 0, "tag": "other" }), "tag"),
        (json!({ "type": "CAA", "name": "@", "data": "a.example.", "flags": 256, "tag": "issue" }), "flags"),
        (json!({ "type": "A", "name": "a" }), "data"),
        (json!({ "type": "A", "data": "192.0.2.1" }), "name"),
        (json!({ "name": "a", "data": "192.0.2.1" }), "type"),
        (json!({ "type": "A", "name": "a", "data": "192.0.2" }), "IPv4"),
        (json!({ "type": "AAAA", "name": "a", "data": "192.0.2.1" }), "IPv6"),
        (json!({ "type": "A", "name": "a.other.example.", "data": "192.0.2.1" }), "not in"),
        (json!({ "type": "A", "name": "a.myshop.example.", "data": "192.0.2.1" }), "not in"),
        (json!({ "type": "TXT", "name": "t", "data": "" }), "text"),
        (json!({ "type": "TXT", "name": "t", "data": "a\\b" }), "text"),
        (json!({ "type": "SOA", "name": "@", "data": "1800" }), "SOA"),
        (json!({ "type": "A", "name": "a", "data": "192.0.2.1", "ttl": 29 }), "record ttl must be greater than 30"),
        (json!({ "type": "CNAME", "name": "@", "data": "web.example.net." }), shared),
        (json!({ "type": "CNAME", "name": "kept", "data": "web.example.net." }), shared),
        (json!({ "type": "CNAME", "name": "www", "data": "@" }), shared),
        (json!({ "type": "A", "name": "www", "data": "192.0.2.1" }), "records cannot share a name with a CNAME record"),
    ] {
        let refused = post(&sim, RECORDS, sent.clone()).await;
        assert_eq!(refused.status, 422, "{sent}: {}", refused.text);
        assert!(message(&refused).contains(expected), "{sent}: {}", refused.text);
    }
    for (record, sent, expected) in [
        // The merged record is validated again: digitalocean/doctl#919.
        (7, json!({ "type": "MX", "ttl": 60 }), dot),
        (9, json!({ "type": "A", "data": "192.0.2.1" }), "type"),
        (9, json!({ "type": "TXT", "name": "www" }), "records cannot share a name with a CNAME record"),
        (8, json!({ "type": "CNAME", "name": "kept" }), shared),
    ] {
        let refused = put(&sim, record, sent.clone()).await;
        assert_eq!(refused.status, 422, "{sent}: {}", refused.text);
        assert!(message(&refused).contains(expected), "{sent}: {}", refused.text);
    }
    let soa = get(&sim, &format!("{RECORDS}?type=SOA")).await.json()["domain_records"][0]["id"].clone();
    assert_eq!(delete(&sim, &format!("{RECORDS}/{soa}")).await.status, 422);
    assert_eq!(sim.account("test").state(), before);
}

#[tokio::test]
async fn a_change_keeps_the_id_and_the_fields_that_are_not_sent() {
    let sim = sim().await;
    for method in [Method::PUT, Method::PATCH] {
        let path = format!("{RECORDS}/7");
        for (sent, data, priority, ttl) in [
            (json!({ "type": "MX", "data": "mx.example.net." }), "mx.example.net", 10, 300),
            (
                json!({ "type": "MX", "data": "mx.example.net.", "priority": 20, "ttl": null }),
                "mx.example.net",
                20,
                300,
            ),
            (json!({ "data": "mail.shop.example.", "priority": 10, "ttl": 60 }), "mail.shop.example", 10, 60),
            (json!({ "type": "MX", "data": "mail.shop.example.", "ttl": 300 }), "mail.shop.example", 10, 300),
        ] {
            let changed = call(&sim, TOKEN, method.clone(), &path, Some(sent.clone())).await;
            assert_eq!(changed.status, 200, "{sent}: {}", changed.text);
            let record = json!({
                "id": 7, "type": "MX", "name": "@", "data": data, "priority": priority, "port": null, "ttl": ttl,
                "weight": null, "flags": null, "tag": null,
            });
            assert_eq!(changed.json(), json!({ "domain_record": record }), "{method} {sent}");
        }
    }
    // `@` needs no dot at its end, so the time to live can be sent alone.
    assert_eq!(put(&sim, 8, json!({ "type": "CNAME", "ttl": 60 })).await.json()["domain_record"]["data"], "@");
    let soa = get(&sim, &format!("{RECORDS}?type=SOA")).await.json()["domain_records"][0]["id"].as_u64().unwrap();
    let changed = put(&sim, soa, json!({ "type": "SOA", "ttl": 600 })).await.json();
    assert_eq!((&changed["domain_record"]["ttl"], &changed["domain_record"]["data"]), (&json!(600), &json!("600")));
}

#[tokio::test]
async fn the_records_of_a_name_and_type_have_one_time_to_live() {
    let sim = sim().await;
    let a = |data: &str, ttl: Value| json!({ "type": "A", "name": "kept", "data": data, "ttl": ttl });
    let first = id(&post(&sim, RECORDS, a("192.0.2.1", json!(900))).await);
    post(&sim, RECORDS, json!({ "type": "A", "name": "apart", "data": "192.0.2.1", "ttl": 120 })).await;
    post(&sim, "/v2/domains/other.example/records", a("192.0.2.1", json!(120))).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 3600", "A 900"]);
    // The last write wins, even if it does not send a time to live.
    post(&sim, RECORDS, a("192.0.2.2", json!(3600))).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 3600", "A 3600", "A 3600"]);
    put(&sim, first, a("192.0.2.3", json!(60))).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 3600", "A 60", "A 60"]);
    put(&sim, first, a("192.0.2.4", Value::Null)).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 3600", "A 60", "A 60"]);
    post(&sim, RECORDS, a("192.0.2.5", Value::Null)).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 3600", "A 1800", "A 1800", "A 1800"]);
    assert_eq!(ttls(&sim, "apart").await, ["A 120"]);

    sim.account("test")
        .set_consistency(ConsistencySettings { ttl_across_types: true, ..ConsistencySettings::default() });
    put(&sim, first, a("192.0.2.4", json!(240))).await;
    assert_eq!(ttls(&sim, "kept").await, ["TXT 240", "A 240", "A 240", "A 240"]);
    assert_eq!(ttls(&sim, "apart").await, ["A 120"]);
    let other = get(&sim, "/v2/domains/other.example/records?type=A").await.json();
    assert_eq!(other["domain_records"][0]["ttl"], 120);
}

#[tokio::test]
async fn a_duplicate_record_is_created_and_a_deleted_one_is_not_found() {
    let sim = sim().await;
    let before = sim.account("test").state();
    let record = json!({ "type": "TXT", "name": "kept", "data": "as it is", "ttl": 3600 });
    let path = format!("{RECORDS}/{}", id(&post(&sim, RECORDS, record.clone()).await));
    let listed = get(&sim, &format!("{RECORDS}?name=kept.shop.example&type=TXT")).await.json();
    assert_eq!(listed["meta"]["total"], 2);
    assert_eq!(delete(&sim, &path).await.status, 204);
    for (method, path) in [
        (Method::GET, path.as_str()),
        (Method::PUT, "/v2/domains/other.example/records/9"),
        (Method::DELETE, "/v2/domains/other.example/records/9"),
    ] {
        let reply = call(&sim, TOKEN, method.clone(), path, Some(record.clone())).await;
        assert_eq!(reply.status, 404, "{method} {path}");
    }
    // A record that was deleted and recreated has another id, but the states are equal.
    delete(&sim, &format!("{RECORDS}/9")).await;
    assert_ne!(sim.account("test").state(), before);
    post(&sim, RECORDS, record).await;
    assert_eq!(sim.account("test").state(), before);
}

#[tokio::test]
async fn each_write_needs_its_scope() {
    let sim = sim().await;
    for (method, allowed) in [
        (Method::POST, ["create", "update"].as_slice()),
        (Method::PUT, &["update"]),
        (Method::PATCH, &["update"]),
        (Method::DELETE, &["update", "delete"]),
    ] {
        for token in ["create", "update", "delete"] {
            let text = json!({ "type": "TXT", "name": "t", "data": "text" });
            let path = match method {
                Method::POST => RECORDS.to_owned(),
                _ => format!("{RECORDS}/{}", id(&post(&sim, RECORDS, text.clone()).await)),
            };
            let status = call(&sim, token, method.clone(), &path, Some(text)).await.status;
            assert!(
                if allowed.contains(&token) { status.is_success() } else { status == 403 },
                "{method} {token}: {status}"
            );
        }
    }
}
