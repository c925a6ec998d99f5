//! The DNS records of domains (OpenAPI `schemas/domain_record`).

mod record_input;
mod write;

use std::net::IpAddr;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::domains;
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

/// Stored field of a record that is not shown: the domain of the record.
const DOMAIN: &str = "domain";

/// Default time to live of a record, in seconds (digitalocean/api-v2#177).
const TTL: u32 = 1800;

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

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/domains/{domain_name}/records",
            access: Access::Object,
            scopes: &[&["domain:read"]],
            handler: list,
        },
        Route {
            method: Method::POST,
            path: "/v2/domains/{domain_name}/records",
            access: Access::Other,
            scopes: &[&["domain:create"], &["domain:update"]],
            handler: write::create,
        },
        Route {
            method: Method::GET,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Object,
            scopes: &[&["domain:read"]],
            handler: show,
        },
        Route {
            method: Method::PUT,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:update"]],
            handler: write::change,
        },
        Route {
            method: Method::PATCH,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:update"]],
            handler: write::change,
        },
        Route {
            method: Method::DELETE,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:delete"], &["domain:update"]],
            handler: write::delete,
        },
    ],
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
pub(super) fn of_new_domain(
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
pub(super) fn full_name(record: &Value) -> String {
    match record["name"].as_str() {
        None | Some("@") => domain_of(record).to_owned(),
        Some(name) => format!("{name}.{}", domain_of(record)),
    }
}

/// Lists the records of a domain, with the filters of OpenAPI `parameters/domain_name_query` ("a
/// fully qualified record name") and `domain_type_query`. Whether the case of the name matters is
/// not documented; the simulator ignores it, as DNS does.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = existing_domain(call)?;
    let query = &call.request.query;
    let (name, record_type) = (query.get("name"), query.get("type"));
    let records = call.account.listed(&KIND).filter(|record| {
        domain_of(record) == domain
            && name.is_none_or(|name| full_name(record).eq_ignore_ascii_case(name))
            && record_type.is_none_or(|wanted| record["type"] == **wanted)
    });
    let items = records.map(|record| Arc::new(shown(record))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = existing_domain(call)?;
    let record = call.account.get(&KIND, call.param(1)).filter(|record| domain_of(record) == domain);
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, shown(record.ok_or_else(ApiError::not_found)?))))
}

fn existing_domain(call: &Call<'_>) -> Result<String, ApiError> {
    let domain = call.param(0).to_ascii_lowercase();
    if call.account.has(&domains::KIND, &domain) { Ok(domain) } else { Err(ApiError::not_found()) }
}

fn shown(record: &Value) -> Value {
    let mut shown = record.clone();
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(DOMAIN);
    }
    shown
}
