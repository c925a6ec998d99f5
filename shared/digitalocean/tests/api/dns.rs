//! The DNS records of a zone.

use digitalocean::{DomainRecord, Error};
use serde_json::{Value, json};

use crate::official;
use crate::server::{ok, refuse, serve};

fn record(id: u64, fields: &Value) -> Value {
    let mut record = json!({
        "id": id, "type": "A", "name": "@", "data": "192.0.2.1", "priority": null, "port": null, "ttl": 1800, "weight": null,
        "flags": null, "tag": null
    });
    record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    record
}

#[tokio::test]
async fn records_of_every_type_are_decoded() {
    let (server, client) = serve(ok(json!({
        "domain_records": [
            record(1, &json!({ "type": "SOA", "data": "1800" })),
            record(2, &json!({})),
            record(3, &json!({ "type": "MX", "data": "mail.example.com", "priority": 10 })),
            record(4, &json!({ "type": "SRV", "name": "_sip._tcp", "data": ".", "priority": 0, "port": 0, "weight": 0 })),
            record(5, &json!({ "type": "CAA", "data": "letsencrypt.org", "flags": 0, "tag": "issue" })),
            record(6, &json!({ "type": "HTTPS", "data": "new type" })),
        ],
        "links": {}, "meta": { "total": 6 }
    })))
    .await;
    let records = client.domains().records("example.com").collect_all().await.unwrap().items;
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/domains/example.com/records");
    let type_specific_fields = |record: &DomainRecord| {
        (record.id, record.priority, record.port, record.weight, record.flags, record.tag.clone())
    };
    assert_eq!(
        records.iter().map(type_specific_fields).collect::<Vec<_>>(),
        [
            (1, None, None, None, None, None),
            (2, None, None, None, None, None),
            (3, Some(10), None, None, None, None),
            (4, Some(0), Some(0), Some(0), None, None),
            (5, None, None, None, Some(0), Some("issue".to_owned())),
            (6, None, None, None, None, None),
        ]
    );
    assert_eq!(records[5].record_type, "HTTPS");
}

#[tokio::test]
async fn one_record_is_read_by_its_id_or_not_found() {
    let (server, client) = serve(ok(json!({ "domain_record": record(7, &json!({ "name": "www" })) }))).await;
    assert_eq!(client.domains().record("example.com", 7).await.unwrap().name, "www");
    assert_eq!(server.received_requests().await.unwrap()[0].url.path(), "/v2/domains/example.com/records/7");
    let (_server, client) = serve(refuse(404, "not_found")).await;
    assert!(matches!(client.domains().record("example.com", 7).await, Err(Error::NotFound { .. })));
}

#[test]
fn the_official_examples_are_decoded() {
    let Some(spec) = official::document() else { return };
    let examples = spec["components"]["examples"]["domain_records_all"]["value"]["domain_records"].as_array().unwrap();
    assert!(!examples.is_empty());
    for example in examples {
        let read: DomainRecord = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *example);
    }
}
