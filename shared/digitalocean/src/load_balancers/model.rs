//! A load balancer as DigitalOcean describes it. Only its id is always present.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::droplets::Region;
use crate::lenient_serde::{blank_as_none, null_as_default};
use crate::open_enum::open_enum;

/// A load balancer, regional or global.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The load balancer's id, a UUID.
    pub id: String,
    /// Name of the load balancer; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Id of the project that the load balancer is in.
    pub project_id: Option<String>,
    /// State of the load balancer, as DigitalOcean reports it.
    pub status: Option<LoadBalancerStatus>,
    /// Creation time of the load balancer.
    pub created_at: Option<DateTime<Utc>>,
    /// Region that the load balancer is in; `None` for a global one, for which DigitalOcean does
    /// not document what it sends (an empty object counts as none).
    #[serde(default, deserialize_with = "blank_as_none")]
    pub region: Option<Region>,
    /// Public IPv4 address; empty while none is assigned.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ip: String,
    /// Public IPv6 address; empty while none is assigned.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ipv6: String,
    /// Type of the load balancer; `None` when DigitalOcean does not send it, which means
    /// `REGIONAL`.
    #[serde(rename = "type")]
    pub load_balancer_type: Option<LoadBalancerType>,
    /// Number of nodes; `None` in old regions, which use `size`.
    pub size_unit: Option<u32>,
    /// Size in old regions: `lb-small`, `lb-medium` or `lb-large`, that is 1, 3 or 6 nodes.
    /// Deprecated.
    pub size: Option<String>,
    /// Balancing algorithm: `round_robin` or `least_connections`. Deprecated: it can no longer be
    /// chosen.
    pub algorithm: Option<String>,
    /// Network that the load balancer serves: `EXTERNAL`, or `INTERNAL` for its VPC only.
    pub network: Option<String>,
    /// IP versions: `IPV4` or `DUALSTACK`.
    pub network_stack: Option<String>,
    /// Id of the VPC that the load balancer is in.
    pub vpc_uuid: Option<String>,
    /// Ids of the target droplets, including those that were chosen by `tag`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Tag that chooses the target droplets; empty when they were chosen one by one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tag: String,
    /// Rules that map entry ports to target ports.
    #[serde(default, deserialize_with = "null_as_default")]
    pub forwarding_rules: Vec<ForwardingRule>,
    /// Health check that decides which droplets get traffic.
    pub health_check: Option<HealthCheck>,
    /// Setting that binds a visitor to one droplet.
    pub sticky_sessions: Option<StickySessions>,
    /// True if HTTP is redirected to HTTPS.
    pub redirect_http_to_https: Option<bool>,
    /// True if the droplets receive the PROXY Protocol.
    pub enable_proxy_protocol: Option<bool>,
    /// Addresses that may or may not connect.
    #[serde(default, deserialize_with = "null_as_default")]
    pub firewall: LoadBalancerFirewall,
    /// TLS cipher policy: `DEFAULT` or `STRONG`.
    pub tls_cipher_policy: Option<String>,
    /// Host names of a global load balancer.
    #[serde(default, deserialize_with = "null_as_default")]
    pub domains: Vec<GlobalDomain>,
    /// Ids of the load balancers that a global one distributes to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub target_load_balancer_ids: Vec<String>,
}

open_enum! {
    /// The state of a load balancer.
    LoadBalancerStatus {
        /// The load balancer is being created.
        New = "new",
        /// The load balancer is running.
        Active = "active",
        /// The load balancer has failed.
        Errored = "errored",
    }
}

open_enum! {
    /// The type of a load balancer: protocols and reach.
    LoadBalancerType {
        /// Balances HTTP and TCP within one region.
        Regional = "REGIONAL",
        /// Forwards TCP and UDP packets unchanged within one region.
        RegionalNetwork = "REGIONAL_NETWORK",
        /// Balances HTTP across several regions.
        Global = "GLOBAL",
    }
}

/// A rule that maps an entry port to a target port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardingRule {
    /// Protocol of incoming traffic: `http`, `https`, `http2`, `http3`, `tcp` or `udp`.
    pub entry_protocol: String,
    /// Port of the load balancer.
    pub entry_port: u16,
    /// Protocol towards the droplets: as `entry_protocol`, without `http3`.
    pub target_protocol: String,
    /// Port of the droplets.
    pub target_port: u16,
    /// Id of the TLS certificate that the load balancer presents; `None` (or empty) without one.
    pub certificate_id: Option<String>,
    /// True if TLS is passed through and terminated by the droplets.
    pub tls_passthrough: Option<bool>,
}

/// The check by which a load balancer decides which droplets are healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Protocol of the check: `http`, `https` or `tcp`.
    pub protocol: Option<String>,
    /// Port of the droplets that is checked.
    pub port: Option<u16>,
    /// Path that is requested; absent (or empty) with `tcp`.
    pub path: Option<String>,
    /// Time between two checks, in seconds.
    pub check_interval_seconds: Option<u32>,
    /// Time to wait for a response, in seconds.
    pub response_timeout_seconds: Option<u32>,
    /// Number of consecutive failures after which a droplet gets no more traffic.
    pub unhealthy_threshold: Option<u32>,
    /// Number of consecutive successes after which a droplet gets traffic again.
    pub healthy_threshold: Option<u32>,
}

/// The setting that binds a visitor to one droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickySessions {
    /// Type of the binding: `cookies` or `none`.
    #[serde(rename = "type")]
    pub sessions_type: Option<String>,
    /// Name of the cookie; `None` without cookies.
    pub cookie_name: Option<String>,
    /// Lifetime of the cookie, in seconds.
    pub cookie_ttl_seconds: Option<u32>,
}

/// The access rules of a load balancer. Each rule is `ip:1.2.3.4` or `cidr:1.2.0.0/16`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerFirewall {
    /// Addresses that may connect.
    #[serde(default, deserialize_with = "null_as_default")]
    pub allow: Vec<String>,
    /// Addresses that may not connect.
    #[serde(default, deserialize_with = "null_as_default")]
    pub deny: Vec<String>,
}

/// A host name of a global load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalDomain {
    /// The host name itself.
    pub name: String,
    /// True if DigitalOcean manages the DNS records of the name.
    pub is_managed: Option<bool>,
    /// Id of the certificate for the name; `None` (or empty) without one.
    pub certificate_id: Option<String>,
}
