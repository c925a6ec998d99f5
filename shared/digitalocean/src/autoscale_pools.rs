//! Pools of droplets that scale automatically.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Autoscale-Pools>

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for autoscale pools.
    autoscale_pools: AutoscalePools;

    /// Lists the autoscale pools.
    list() -> [AutoscalePool] = GET "/v2/droplets/autoscale", "droplet:read", "autoscale_pools";

    /// Reads one pool by its id.
    get(id: &str) -> AutoscalePool = GET "/v2/droplets/autoscale/{id}", "droplet:read", "autoscale_pool";
}

/// An autoscale pool. Its droplets appear in the list of droplets; the model leaves out their
/// utilization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoscalePool {
    /// The pool's id, a UUID.
    pub id: String,
    /// Name of the pool; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Scaling rules of the pool.
    #[serde(default, deserialize_with = "null_as_default")]
    pub config: AutoscaleConfig,
    /// Template from which the pool's droplets are created.
    #[serde(default, deserialize_with = "null_as_default")]
    pub droplet_template: DropletTemplate,
    /// Number of droplets in the pool.
    pub active_resources_count: Option<u32>,
    /// State of the pool, as DigitalOcean reports it.
    pub status: Option<AutoscalePoolStatus>,
    /// Creation time of the pool.
    pub created_at: Option<DateTime<Utc>>,
}

/// The scaling rules of a pool: either a fixed number of droplets, or a range that depends on their
/// utilization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoscaleConfig {
    /// Fixed number of droplets; `None` when the pool scales with utilization.
    pub target_number_instances: Option<u32>,
    /// Smallest number of droplets in the pool.
    pub min_instances: Option<u32>,
    /// Largest number of droplets in the pool.
    pub max_instances: Option<u32>,
    /// Target for the processor utilization of the droplets, 0 to 1.
    #[serde(deserialize_with = "exact_decimal")]
    pub target_cpu_utilization: Option<Decimal>,
    /// Target for the memory utilization of the droplets, 0 to 1.
    #[serde(deserialize_with = "exact_decimal")]
    pub target_memory_utilization: Option<Decimal>,
    /// Shortest time between two scaling operations, in minutes.
    pub cooldown_minutes: Option<u32>,
}

/// The template from which a pool's droplets are created. The model leaves out SSH keys and user
/// data, which may hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DropletTemplate {
    /// Prefix of the droplets' names.
    pub name: Option<String>,
    /// Slug of the droplets' region.
    pub region: Option<String>,
    /// Slug of the droplets' size.
    pub size: Option<String>,
    /// Slug or id of the droplets' image.
    pub image: Option<String>,
    /// Tags of the droplets; empty when the token may not read tags.
    #[serde(deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// VPC of the droplets; `None` when the token may not read VPCs.
    pub vpc_uuid: Option<String>,
    /// Project of the droplets; `None` when the token may not read projects.
    pub project_id: Option<String>,
    /// True if the droplets have an IPv6 address.
    pub ipv6: Option<bool>,
    /// True if the droplets can be reached from the internet.
    pub public_networking: Option<bool>,
}

open_enum! {
    /// The state of an autoscale pool.
    AutoscalePoolStatus {
        /// The pool exists and scales.
        Active = "active",
        /// The pool is being deleted, together with its droplets.
        Deleting = "deleting",
        /// The pool has failed.
        Error = "error",
    }
}

list_item!(AutoscalePool by id: String);
