//! Pools of droplets that scale by themselves. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Autoscale-Pools>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/droplets/autoscale", "droplet:read");
static GET: Operation = Operation::get("/v2/droplets/autoscale/{}", "droplet:read");

/// Calls on autoscale pools.
#[derive(Clone, Copy, Debug)]
pub struct AutoscalePools<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on autoscale pools.
    #[must_use]
    pub fn autoscale_pools(&self) -> AutoscalePools<'_> {
        AutoscalePools { client: self }
    }
}

impl AutoscalePools<'_> {
    /// `GET /v2/droplets/autoscale`, scope `droplet:read`.
    pub fn list(&self) -> Pages<AutoscalePool> {
        Pages::new(self.client, &LIST, &[], "autoscale_pools")
    }

    /// `GET /v2/droplets/autoscale/{id}`, scope `droplet:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such pool; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<AutoscalePool, Error> {
        self.client.get_one(&GET, &[id], "autoscale_pool").await
    }
}

/// A pool. Its droplets are listed as such; how busy they are is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoscalePool {
    /// The pool's id, a UUID.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// How it scales.
    #[serde(default, deserialize_with = "null_as_default")]
    pub config: AutoscaleConfig,
    /// What its droplets are made from.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_template: DropletTemplate,
    /// How many droplets it has.
    #[serde(default)]
    pub active_resources_count: Option<u32>,
    /// What state it is in.
    #[serde(default)]
    pub status: Option<AutoscalePoolStatus>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

/// How a pool scales: to a fixed number, or between two by how busy its droplets are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoscaleConfig {
    /// The fixed number of droplets.
    pub target_number_instances: Option<u32>,
    /// The fewest droplets.
    pub min_instances: Option<u32>,
    /// The most droplets.
    pub max_instances: Option<u32>,
    /// How busy their processors are to be, 0 to 1.
    #[serde(deserialize_with = "exact_decimal")]
    pub target_cpu_utilization: Option<Decimal>,
    /// How full their memory is to be, 0 to 1.
    #[serde(deserialize_with = "exact_decimal")]
    pub target_memory_utilization: Option<Decimal>,
    /// The least time between two changes, in minutes.
    pub cooldown_minutes: Option<u32>,
}

/// What a pool's droplets are made from. User data, which may hold secrets, and SSH keys are not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DropletTemplate {
    /// What their names begin with.
    pub name: Option<String>,
    /// Slug of their region.
    pub region: Option<String>,
    /// Slug of their size.
    pub size: Option<String>,
    /// Slug or id of their image.
    pub image: Option<String>,
    /// Their tags. Empty when the token may not read tags.
    #[serde(deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Their VPC. `None` when the token may not read VPCs.
    pub vpc_uuid: Option<String>,
    /// Their project. `None` when the token may not read projects.
    pub project_id: Option<String>,
    /// Whether they have an IPv6 address.
    pub ipv6: Option<bool>,
    /// Whether they can be reached from the internet.
    pub public_networking: Option<bool>,
}

open_enum! {
    /// The state of a pool.
    AutoscalePoolStatus {
        /// Scaling.
        Active = "active",
        /// Going, with its droplets.
        Deleting = "deleting",
        /// Failed.
        Error = "error",
    }
}

impl ListItem for AutoscalePool {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
