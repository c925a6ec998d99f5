//! A load balancer as a seed describes it and as DO shows it.

use std::net::Ipv4Addr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::endpoints::droplets::default_vpc;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, set_known, spec};

/// A load balancer as a seed describes it. The defaults are those of OpenAPI
/// `schemas/load_balancer_base`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "regional", rename = "type")]
    balancer_type: String,
    #[serde(default = "active")]
    status: String,
    #[serde(default)]
    ip: Option<Ipv4Addr>,
    #[serde(default = "one")]
    size_unit: u32,
    #[serde(default)]
    droplet_ids: Vec<u64>,
    #[serde(default)]
    tag: String,
    #[serde(default = "http_to_http")]
    forwarding_rules: Vec<ForwardingRule>,
    #[serde(default)]
    redirect_http_to_https: bool,
    #[serde(default)]
    firewall: Firewall,
    #[serde(default)]
    vpc_uuid: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForwardingRule {
    entry_protocol: String,
    entry_port: u16,
    target_protocol: String,
    target_port: u16,
    #[serde(default)]
    certificate_id: String,
    #[serde(default)]
    tls_passthrough: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Firewall {
    allow: Vec<String>,
    deny: Vec<String>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn regional() -> String {
    "REGIONAL".to_owned()
}

fn active() -> String {
    "active".to_owned()
}

fn one() -> u32 {
    1
}

fn http_to_http() -> Vec<ForwardingRule> {
    let http = || "http".to_owned();
    vec![ForwardingRule {
        entry_protocol: http(),
        entry_port: 80,
        target_protocol: http(),
        target_port: 80,
        certificate_id: String::new(),
        tls_passthrough: false,
    }]
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let balancer: Spec = spec(value)?;
    if !balancer.tag.is_empty() && !balancer.droplet_ids.is_empty() {
        return Err("tag and droplet_ids are mutually exclusive".to_owned());
    }
    let mut object = json!({
        "id": balancer.id,
        "name": balancer.name,
        // A new load balancer has no address yet.
        "ip": balancer.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        "ipv6": "",
        "size_unit": balancer.size_unit,
        "algorithm": "round_robin",
        "status": balancer.status,
        "created_at": rfc3339(balancer.created_at.unwrap_or(context.now)),
        "forwarding_rules": balancer.forwarding_rules,
        "health_check": {
            "protocol": "http", "port": 80, "path": "/", "check_interval_seconds": 10, "response_timeout_seconds": 5,
            "healthy_threshold": 3, "unhealthy_threshold": 5,
        },
        "sticky_sessions": { "type": "none" },
        "region": catalog::region(&balancer.region)?,
        "tag": balancer.tag,
        "droplet_ids": balancer.droplet_ids,
        "redirect_http_to_https": balancer.redirect_http_to_https,
        "enable_proxy_protocol": false,
        "enable_backend_keepalive": false,
        "http_idle_timeout_seconds": 60,
        "vpc_uuid": balancer.vpc_uuid.unwrap_or_else(|| default_vpc(&balancer.region)),
        "disable_lets_encrypt_dns_records": false,
        "firewall": balancer.firewall,
        "network": "EXTERNAL",
        "network_stack": "IPV4",
        "type": balancer.balancer_type,
        "tls_cipher_policy": "DEFAULT",
    });
    if let Some(size) = size(balancer.size_unit) {
        object["size"] = json!(size);
    }
    Ok(object.into())
}

/// The deprecated size names (OpenAPI `schemas/load_balancer_base`, `size`). DO does not document
/// the value for other numbers of nodes.
fn size(nodes: u32) -> Option<&'static str> {
    match nodes {
        1 => Some("lb-small"),
        3 => Some("lb-medium"),
        6 => Some("lb-large"),
        _ => None,
    }
}

/// Sets a field. The slug of a region stands for the whole object, as in a seed.
pub(super) fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match (field, value.as_str()) {
        ("region", Some(slug)) => set_known(object, field, catalog::region(slug)?),
        _ => set_known(object, field, value),
    }
}
