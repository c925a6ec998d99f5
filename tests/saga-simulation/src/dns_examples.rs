//! The examples of the DNS steps, one for each course that a step can take.

use serde_json::{Value, json};

use super::example::{Example, ZONE, record};
use sagas::calls::RecordFields;

fn www(data: &str, ttl: u32) -> RecordFields {
    record("A", "www", data, ttl)
}

fn a(more: &Value) -> Value {
    let mut inputs = json!({ "dns_domain": ZONE, "dns_record_type": "A", "dns_record_name": "www" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    inputs
}

pub(super) fn upsert() -> Vec<Example> {
    let wanted = "192.0.2.7";
    vec![
        Example::new("created", a(&json!({ "dns_record_data": wanted, "dns_record_ttl": 300 }))),
        Example::new(
            "created beside other records",
            a(&json!({ "dns_record_data": wanted, "dns_record_ttl": 300, "dns_mode": "additive" })),
        )
        .with_records(vec![www("192.0.2.1", 3600), www("192.0.2.2", 3600)]),
        Example::new("updated", a(&json!({ "dns_record_data": wanted, "dns_record_ttl": 300 })))
            .with_records(vec![www("192.0.2.1", 3600)]),
        Example::new(
            "time to live updated",
            a(&json!({ "dns_record_data": wanted, "dns_record_ttl": 300, "dns_mode": "additive" })),
        )
        .with_records(vec![www(wanted, 3600), www("192.0.2.2", 3600)]),
        Example::new("nothing to do", a(&json!({ "dns_record_data": wanted }))).with_records(vec![www(wanted, 3600)]),
        Example::new("replaced", a(&json!({ "dns_record_data": wanted, "dns_record_ttl": 60, "dns_mode": "replace" })))
            .with_records(vec![www("192.0.2.1", 3600), www("192.0.2.2", 3600), www("192.0.2.3", 3600)]),
        Example::new("refused", a(&json!({ "dns_record_data": wanted })))
            .with_records(vec![www("192.0.2.1", 3600), www("192.0.2.2", 3600)])
            .fails(),
    ]
}

pub(super) fn delete() -> Vec<Example> {
    vec![
        Example::new("deleted", a(&json!({}))).with_records(vec![www("192.0.2.1", 3600)]),
        Example::new("one deleted", a(&json!({ "dns_record_data": "192.0.2.2" }))).with_records(vec![
            www("192.0.2.1", 3600),
            www("192.0.2.2", 3600),
            www("192.0.2.3", 3600),
        ]),
        Example::new("all deleted", a(&json!({ "dns_mode": "replace" }))).with_records(vec![
            www("192.0.2.1", 3600),
            www("192.0.2.2", 3600),
            www("192.0.2.2", 3600),
        ]),
        Example::new("nothing to delete", a(&json!({}))),
        Example::new("refused", a(&json!({})))
            .with_records(vec![www("192.0.2.1", 3600), www("192.0.2.2", 3600)])
            .fails(),
    ]
}
