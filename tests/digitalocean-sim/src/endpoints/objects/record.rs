//! A DNS record as a seed describes it and as DO shows it (OpenAPI `schemas/domain_record`).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};

/// Stored field of a record that is not shown: the domain of the record.
pub(crate) const DOMAIN: &str = "domain";

/// Default time to live of a record, in seconds (digitalocean/api-v2#177).
pub(crate) const TTL: u32 = 1800;

pub(crate) static KIND: Kind = Kind {
    collection: "domain_records",
    single: "domain_record",
    id: "id",
    urn: None,
    read_scope: "domain:read",
    scoped_fields: &[],
    build,
    set,
};

/// A record as a seed describes it. `data` and `name` are written as the API shows them, without a
/// dot at the end.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    domain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(rename = "type")]
    record_type: String,
    #[serde(default = "apex")]
    name: String,
    data: String,
    #[serde(default = "ttl")]
    ttl: u32,
    #[serde(default)]
    priority: Option<u32>,
    #[serde(default)]
    port: Option<u32>,
    #[serde(default)]
    weight: Option<u32>,
    #[serde(default)]
    flags: Option<u8>,
    #[serde(default)]
    tag: Option<String>,
}

fn apex() -> String {
    "@".to_owned()
}

fn ttl() -> u32 {
    TTL
}

/// Builds a record. Every record has all nine fields, whatever its type (OpenAPI
/// `responses/all_domain_records_response`).
fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let record: Spec = spec(value)?;
    Ok(json!({
        DOMAIN: record.domain.to_ascii_lowercase(),
        "id": context.numeric_id(record.id),
        "type": record.record_type,
        "name": record.name,
        "data": record.data,
        "priority": record.priority,
        "port": record.port,
        "ttl": record.ttl,
        "weight": record.weight,
        "flags": record.flags,
        "tag": record.tag,
    })
    .into())
}

fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    if field == DOMAIN {
        return Err("a record cannot move to another domain".to_owned());
    }
    set_known(object, field, value)
}

/// The records of a new domain: an SOA, three NS (digitalocean/api-v2#177), an A or AAAA for the
/// apex if an address was given, and the records of the domain's seed.
pub(crate) fn of_new_domain(
    domain: &str,
    address: Option<IpAddr>,
    seed: Vec<Map<String, Value>>,
    context: &mut BuildContext<'_>,
) -> Result<Vec<Value>, String> {
    // The data of an SOA is its time to live (traffic recorded by dns-lexicon/dns-lexicon).
    let mut specs = vec![json!({ "type": "SOA", "data": TTL.to_string() })];
    specs.extend((1..=3).map(|n| json!({ "type": "NS", "data": format!("ns{n}.digitalocean.com") })));
    if let Some(address) = address {
        specs.push(json!({ "type": if address.is_ipv4() { "A" } else { "AAAA" }, "data": address }));
    }
    let automatic = specs.len();
    specs.extend(seed.into_iter().map(Value::Object));
    let build = |(index, mut record): (usize, Value)| {
        record[DOMAIN] = json!(domain);
        let built =
            build(record, context).map_err(|error| format!("records[{}].{error}", index.saturating_sub(automatic)));
        Ok(built?.object)
    };
    specs.into_iter().enumerate().map(build).collect()
}

/// The domain of a record.
pub(crate) fn domain_of(record: &Value) -> &str {
    record[DOMAIN].as_str().unwrap_or_default()
}

/// The full name of a record, without a dot at the end.
pub(crate) fn full_name(record: &Value) -> String {
    match record["name"].as_str() {
        None | Some("@") => domain_of(record).to_owned(),
        Some(name) => format!("{name}.{}", domain_of(record)),
    }
}

/// The record as the API shows it.
pub(crate) fn shown(record: &Value) -> Value {
    let mut shown = record.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(DOMAIN);
    }
    shown
}
