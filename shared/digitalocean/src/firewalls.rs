//! Cloud firewalls. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Firewalls>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for firewalls.
    firewalls: Firewalls;

    /// Lists all firewalls of the account.
    list() -> [Firewall] = GET "/v2/firewalls", "firewall:read", "firewalls";

    /// Reads one firewall by its id.
    get(id: &str) -> Firewall = GET "/v2/firewalls/{id}", "firewall:read", "firewall";
}

/// A firewall. It allows only the traffic that its rules name. The model leaves out the droplets
/// that still wait for a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// The firewall's id, a UUID.
    pub id: String,
    /// Unique name of the firewall.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// State of the rules, which says whether they are in force on all droplets.
    pub status: Option<FirewallStatus>,
    /// Creation time of the firewall.
    pub created_at: Option<DateTime<Utc>>,
    /// Ids of the droplets that were assigned to the firewall directly; empty when the token may
    /// not read droplets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Tags whose droplets the firewall protects as well; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Rules for incoming traffic.
    #[serde(default, deserialize_with = "null_as_default")]
    pub inbound_rules: Vec<InboundRule>,
    /// Rules for outgoing traffic.
    #[serde(default, deserialize_with = "null_as_default")]
    pub outbound_rules: Vec<OutboundRule>,
}

open_enum! {
    /// The state of a firewall's rules.
    FirewallStatus {
        /// The rules are being applied.
        Waiting = "waiting",
        /// The rules are in force.
        Succeeded = "succeeded",
        /// The rules could not be applied.
        Failed = "failed",
    }
}

/// A rule that allows incoming traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundRule {
    /// Protocol: `tcp`, `udp` or `icmp`.
    pub protocol: String,
    /// A port such as `22`, a range such as `8000-9000`, or `0` for all ports.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ports: String,
    /// Sources that the traffic may come from.
    #[serde(default, deserialize_with = "null_as_default")]
    pub sources: RuleTargets,
}

/// A rule that allows outgoing traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundRule {
    /// Protocol: `tcp`, `udp` or `icmp`.
    pub protocol: String,
    /// A port such as `22`, a range such as `8000-9000`, or `0` for all ports.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ports: String,
    /// Destinations that the traffic may go to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub destinations: RuleTargets,
}

/// The remote side of a firewall rule: the union of all these addresses and resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTargets {
    /// IP addresses and networks, such as `18.0.0.0/8` or `::/0`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub addresses: Vec<String>,
    /// Ids of the droplets in the rule.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Ids of the load balancers in the rule.
    #[serde(default, deserialize_with = "null_as_default")]
    pub load_balancer_uids: Vec<String>,
    /// Ids of the Kubernetes clusters in the rule.
    #[serde(default, deserialize_with = "null_as_default")]
    pub kubernetes_ids: Vec<String>,
    /// Tags whose droplets are in the rule.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

list_item!(Firewall by id: String);
