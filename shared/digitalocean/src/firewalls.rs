//! Cloud firewalls. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Firewalls>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/firewalls", "firewall:read");
static GET: Operation = Operation::get("/v2/firewalls/{}", "firewall:read");

/// The API calls for firewalls, from [`Client::firewalls`].
#[derive(Clone, Copy, Debug)]
pub struct Firewalls<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for firewalls.
    #[must_use]
    pub fn firewalls(&self) -> Firewalls<'_> {
        Firewalls { client: self }
    }
}

impl Firewalls<'_> {
    /// Lists the firewalls: `GET /v2/firewalls`, scope `firewall:read`.
    pub fn list(&self) -> Pages<Firewall> {
        Pages::new(self.client, &LIST, &[], "firewalls")
    }

    /// Reads one firewall: `GET /v2/firewalls/{id}`, scope `firewall:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such firewall; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Firewall, Error> {
        self.client.get_one(&GET, &[id], "firewall").await
    }
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
    #[serde(default)]
    pub status: Option<FirewallStatus>,
    /// Creation time of the firewall.
    #[serde(default)]
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

impl ListItem for Firewall {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
