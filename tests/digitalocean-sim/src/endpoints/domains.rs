//! Domains, each of which is a DNS zone (OpenAPI `schemas/domain`).

use std::net::IpAddr;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::objects::record;
use crate::call::{Call, LinkStyle, Reply, envelope};
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

pub(crate) static KIND: Kind = Kind {
    collection: "domains",
    single: "domain",
    id: "name",
    urn: Some("domain"),
    read_scope: "domain:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/domains",
            access: Access::List,
            scopes: &[&["domain:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::POST,
            path: "/v2/domains",
            access: Access::Other,
            scopes: &[&["domain:create"]],
            handler: create,
        },
        Route {
            method: Method::GET,
            path: "/v2/domains/{domain_name}",
            access: Access::Object,
            scopes: &[&["domain:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
        Route {
            method: Method::DELETE,
            path: "/v2/domains/{domain_name}",
            access: Access::Other,
            scopes: &[&["domain:delete"]],
            handler: |call| call.delete(&KIND),
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
    #[serde(default = "default_ttl")]
    ttl: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip_address: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone_file: Option<String>,
    /// Records in addition to those that every domain has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    records: Vec<Map<String, Value>>,
}

/// Default time to live in seconds, 1800 for domains that the API creates
/// (digitalocean/api-v2#177).
#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type, and a seed may say null")]
fn default_ttl() -> Option<u32> {
    Some(1800)
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let domain: Spec = spec(value)?;
    let name = domain.name.to_ascii_lowercase();
    if !is_domain_name(&name) {
        return Err(format!("name: `{name}` is not a domain name"));
    }
    let records = record::of_new_domain(&name, domain.ip_address, domain.records, context)?;
    let zone_file = domain.zone_file.unwrap_or_else(|| zone_file(&name, &records, context.now.timestamp()));
    let parts = records.into_iter().map(|part| (&record::KIND, part)).collect();
    Ok(BuiltObject { parts, ..json!({ "name": name, "ttl": domain.ttl, "zone_file": zone_file }).into() })
}

/// The zone file of a domain at its creation; later changes of records do not update it. Texts are
/// not quoted (traffic recorded by dns-lexicon/dns-lexicon).
fn zone_file(name: &str, records: &[Value], serial: i64) -> String {
    let mut file = format!(
        "$ORIGIN {name}.\n$TTL 1800\n{name}. IN SOA ns1.digitalocean.com. hostmaster.{name}. {serial} 10800 3600 604800 1800\n"
    );
    for record in records.iter().filter(|record| record["type"] != "SOA") {
        let text = |field: &str| record[field].as_str().unwrap_or_default();
        let numbers: String = ["priority", "weight", "port", "flags"]
            .iter()
            .filter_map(|field| record[field].as_u64())
            .map(|number| format!("{number} "))
            .collect();
        let tag = record["tag"].as_str().map(|tag| format!("{tag} ")).unwrap_or_default();
        let dot = if ["CNAME", "MX", "NS", "SRV"].contains(&text("type")) { "." } else { "" };
        let data = if text("data") == "@" { name } else { text("data") };
        let (full_name, kind) = (record::full_name(record), text("type"));
        file.push_str(&format!("{full_name}. {} IN {kind} {numbers}{tag}{data}{dot}\n", record["ttl"]));
    }
    file
}

fn is_domain_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(label)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut body = call.body()?;
    // Only these two fields can be written (OpenAPI `schemas/domain`: the others are readOnly).
    body.retain(|field, _| field == "name" || field == "ip_address");
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    if call.account.has(&KIND, &name) {
        // The message and status that droplet_kit issue 181 shows.
        return Err(ApiError::unprocessable(format!("domain '{name}': name already exists")));
    }
    let id = call.account.add(&KIND, Value::Object(body), call.now).map_err(ApiError::unprocessable)?;
    let mut domain = call.account.get(&KIND, &id).map(|domain| Value::clone(domain)).unwrap_or_default();
    // The answer to the creation does not contain the zone file yet (OpenAPI
    // `responses/create_domain_response`).
    domain["zone_file"] = Value::Null;
    Ok(Reply::Json(StatusCode::CREATED, envelope(&KIND, domain)))
}
