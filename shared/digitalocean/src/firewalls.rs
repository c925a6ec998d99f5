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

/// Calls on firewalls.
#[derive(Clone, Copy, Debug)]
pub struct Firewalls<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on firewalls.
    #[must_use]
    pub fn firewalls(&self) -> Firewalls<'_> {
        Firewalls { client: self }
    }
}

impl Firewalls<'_> {
    /// `GET /v2/firewalls`, scope `firewall:read`.
    pub fn list(&self) -> Pages<Firewall> {
        Pages::new(self.client, &LIST, &[], "firewalls")
    }

    /// `GET /v2/firewalls/{id}`, scope `firewall:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such firewall; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Firewall, Error> {
        self.client.get_one(&GET, &[id], "firewall").await
    }
}

/// A firewall. It allows what its rules name and nothing else. Which droplets wait for a change of it is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// The firewall's id, a UUID.
    pub id: String,
    /// Name, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Whether its rules are in force everywhere.
    #[serde(default)]
    pub status: Option<FirewallStatus>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Ids of the droplets it protects by name. Empty when the token may not read droplets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Tags of the droplets it protects besides. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// What may come in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub inbound_rules: Vec<InboundRule>,
    /// What may go out.
    #[serde(default, deserialize_with = "null_as_default")]
    pub outbound_rules: Vec<OutboundRule>,
}

open_enum! {
    /// Whether a firewall's rules are in force.
    FirewallStatus {
        /// Being applied.
        Waiting = "waiting",
        /// In force.
        Succeeded = "succeeded",
        /// Could not be applied.
        Failed = "failed",
    }
}

/// What may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundRule {
    /// `tcp`, `udp` or `icmp`.
    pub protocol: String,
    /// A port such as `22`, a range such as `8000-9000`, or `0` for all.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ports: String,
    /// From where.
    #[serde(default, deserialize_with = "null_as_default")]
    pub sources: RuleTargets,
}

/// What may go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundRule {
    /// As of an [`InboundRule`].
    pub protocol: String,
    /// As of an [`InboundRule`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub ports: String,
    /// Where to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub destinations: RuleTargets,
}

/// The other side of a firewall's rule: all of these together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTargets {
    /// Addresses and networks, such as `18.0.0.0/8` or `::/0`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub addresses: Vec<String>,
    /// Ids of droplets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_ids: Vec<u64>,
    /// Ids of load balancers.
    #[serde(default, deserialize_with = "null_as_default")]
    pub load_balancer_uids: Vec<String>,
    /// Ids of Kubernetes clusters.
    #[serde(default, deserialize_with = "null_as_default")]
    pub kubernetes_ids: Vec<String>,
    /// Tags of droplets.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
}

impl ListItem for Firewall {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
