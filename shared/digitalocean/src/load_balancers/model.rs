//! A load balancer as DigitalOcean describes it. Only its id is always there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::droplets::Region;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The load balancer's id, a UUID.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// The project it is in.
    #[serde(default)]
    pub project_id: Option<String>,
    /// What state it is in.
    #[serde(default)]
    pub status: Option<LoadBalancerStatus>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// The region it is in; `None` for a global one.
    #[serde(default, deserialize_with = "region")]
    pub region: Option<Region>,
    /// Public IPv4 address; empty while it has none.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ip: String,
    /// Public IPv6 address; empty while it has none.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ipv6: String,
    /// What it balances, and where; `REGIONAL` where DigitalOcean does not say.
    #[serde(default, rename = "type")]
    pub load_balancer_type: Option<LoadBalancerType>,
    /// Nodes; `None` in old regions, which have `size`.
    #[serde(default)]
    pub size_unit: Option<u32>,
    /// `lb-small`, `lb-medium` or `lb-large`: 1, 3 or 6 nodes. Deprecated.
    #[serde(default)]
    pub size: Option<String>,
    /// `round_robin` or `least_connections`. Deprecated: it can no longer be chosen.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// `EXTERNAL`, or `INTERNAL` to its VPC.
    #[serde(default)]
    pub network: Option<String>,
    /// `IPV4` or `DUALSTACK`.
    #[serde(default)]
    pub network_stack: Option<String>,
    /// The VPC it is in.
    #[serde(default)]
    pub vpc_uuid: Option<String>,
    /// Ids of the droplets behind it, those that bear its tag included.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// The tag of the droplets behind it; empty when they were chosen one by one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tag: String,
    /// What goes where.
    #[serde(default, deserialize_with = "null_as_default")]
    pub forwarding_rules: Vec<ForwardingRule>,
    /// How it finds out which droplets are healthy.
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
    /// Whether a visitor stays with one droplet.
    #[serde(default)]
    pub sticky_sessions: Option<StickySessions>,
    /// Whether HTTP is redirected to HTTPS.
    #[serde(default)]
    pub redirect_http_to_https: Option<bool>,
    /// Whether it speaks PROXY Protocol to droplets.
    #[serde(default)]
    pub enable_proxy_protocol: Option<bool>,
    /// Who may, and who may not, connect.
    #[serde(default, deserialize_with = "null_as_default")]
    pub firewall: LoadBalancerFirewall,
    /// `DEFAULT` or `STRONG`.
    #[serde(default)]
    pub tls_cipher_policy: Option<String>,
    /// The names that a global one answers to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub domains: Vec<GlobalDomain>,
    /// Ids of the load balancers behind a global one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub target_load_balancer_ids: Vec<String>,
}

/// What a global load balancer has for a region is not documented: an empty object is none, as null is.
fn region<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Region>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum RegionOrEmpty {
        Region(Region),
        Empty {},
    }
    match Option::deserialize(deserializer)? {
        Some(RegionOrEmpty::Region(region)) => Ok(Some(region)),
        Some(RegionOrEmpty::Empty {}) | None => Ok(None),
    }
}

open_enum! {
    /// The state of a load balancer.
    LoadBalancerStatus {
        /// Being made.
        New = "new",
        /// Running.
        Active = "active",
        /// Failed.
        Errored = "errored",
    }
}

open_enum! {
    /// What a load balancer balances, and where.
    LoadBalancerType {
        /// HTTP and TCP, in one region.
        Regional = "REGIONAL",
        /// TCP and UDP as they come, in one region.
        RegionalNetwork = "REGIONAL_NETWORK",
        /// HTTP, over regions.
        Global = "GLOBAL",
    }
}

/// What comes in at a port, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardingRule {
    /// `http`, `https`, `http2`, `http3`, `tcp` or `udp`.
    pub entry_protocol: String,
    /// The load balancer's port.
    pub entry_port: u16,
    /// As `entry_protocol`, without `http3`.
    pub target_protocol: String,
    /// The droplets' port.
    pub target_port: u16,
    /// The certificate that it shows; `None` (or empty) without one.
    #[serde(default)]
    pub certificate_id: Option<String>,
    /// Whether TLS ends at the droplets.
    #[serde(default)]
    pub tls_passthrough: Option<bool>,
}

/// How a load balancer finds out which droplets are healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `http`, `https` or `tcp`.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The droplets' port.
    #[serde(default)]
    pub port: Option<u16>,
    /// What is asked for; absent (or empty) with `tcp`.
    #[serde(default)]
    pub path: Option<String>,
    /// Seconds from one check to the next.
    #[serde(default)]
    pub check_interval_seconds: Option<u32>,
    /// Seconds to wait for an answer.
    #[serde(default)]
    pub response_timeout_seconds: Option<u32>,
    /// Failures in a row that take a droplet out.
    #[serde(default)]
    pub unhealthy_threshold: Option<u32>,
    /// Successes in a row that take it back in.
    #[serde(default)]
    pub healthy_threshold: Option<u32>,
}

/// Whether a visitor stays with one droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickySessions {
    /// `cookies` or `none`.
    #[serde(default, rename = "type")]
    pub sessions_type: Option<String>,
    /// The cookie's name.
    #[serde(default)]
    pub cookie_name: Option<String>,
    /// How long the cookie lives, in seconds.
    #[serde(default)]
    pub cookie_ttl_seconds: Option<u32>,
}

/// Who may connect to a load balancer: each as `ip:1.2.3.4` or `cidr:1.2.0.0/16`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerFirewall {
    /// Who may.
    #[serde(default, deserialize_with = "null_as_default")]
    pub allow: Vec<String>,
    /// Who may not.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deny: Vec<String>,
}

/// A name that a global load balancer answers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalDomain {
    /// The name.
    pub name: String,
    /// Whether DigitalOcean keeps its DNS records.
    #[serde(default)]
    pub is_managed: Option<bool>,
    /// Its certificate; `None` (or empty) without one.
    #[serde(default)]
    pub certificate_id: Option<String>,
}
