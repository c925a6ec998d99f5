//! A droplet as DigitalOcean describes it. Fields that are always present are required; all others
//! may be absent or `null`.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::images::Image;
use crate::lenient_serde::{blank_as_none, exact_decimal, null_as_default};
use crate::open_enum::open_enum;

/// A droplet. It does not name its project; see
/// [`Projects::resources`](crate::projects::Projects::resources).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Droplet {
    /// Id of the droplet, a number.
    pub id: u64,
    /// Name of the droplet, which need not be unique.
    pub name: String,
    /// Memory of the droplet, in mebibytes.
    pub memory: u64,
    /// Number of virtual CPUs.
    pub vcpus: u32,
    /// Size of the boot disk, in gibibytes.
    pub disk: u64,
    /// True if the droplet is locked because an action on it is running.
    #[serde(default)]
    pub locked: bool,
    /// State of the droplet, as DigitalOcean reports it.
    pub status: DropletStatus,
    /// Creation time of the droplet.
    pub created_at: DateTime<Utc>,
    /// Enabled features, such as `backups`, `ipv6` or `monitoring`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub features: Vec<String>,
    /// Ids of the droplet's automated backups.
    #[serde(default, deserialize_with = "null_as_default")]
    pub backup_ids: Vec<u64>,
    /// Time window of the next backup; `None` when backups are disabled.
    pub next_backup_window: Option<BackupWindow>,
    /// Ids of the droplet's snapshots; empty when the token may not read snapshots.
    #[serde(default, deserialize_with = "null_as_default")]
    pub snapshot_ids: Vec<u64>,
    /// Image that the droplet was created from; `None` when the token may not read images.
    #[serde(default, deserialize_with = "blank_as_none")]
    pub image: Option<Image>,
    /// Ids of the attached volumes; empty when the token may not read volumes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub volume_ids: Vec<String>,
    /// Size of the droplet, with its prices.
    pub size: Option<Size>,
    /// Slug of the droplet's size, such as `s-1vcpu-1gb`.
    pub size_slug: String,
    /// IPv4 and IPv6 addresses of the droplet.
    #[serde(default, deserialize_with = "null_as_default")]
    pub networks: Networks,
    /// Region that the droplet is in.
    pub region: Region,
    /// Tags of the droplet; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Id of the VPC that the droplet is in; `None` when the token may not read VPCs.
    pub vpc_uuid: Option<String>,
    /// GPUs of the droplet; `None` for a droplet without any.
    pub gpu_info: Option<GpuInfo>,
}

open_enum! {
    /// The state of a droplet.
    DropletStatus {
        /// The droplet is being created.
        New = "new",
        /// The droplet is powered on.
        Active = "active",
        /// The droplet is powered off; it is still billed.
        Off = "off",
        /// The droplet is archived.
        Archive = "archive",
    }
}

/// The time window in which a backup is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupWindow {
    /// Start of the time window.
    pub start: Option<DateTime<Utc>>,
    /// End of the time window.
    pub end: Option<DateTime<Utc>>,
}

/// A droplet size. Prices are in US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Slug of the size, such as `s-1vcpu-1gb`.
    pub slug: String,
    /// Price of a full month in US dollars, exactly as DigitalOcean sent it.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub price_monthly: Option<Decimal>,
    /// Price of an hour in US dollars, exactly as DigitalOcean sent it. The value may be a rounded
    /// float such as `0.00743999984115362`.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub price_hourly: Option<Decimal>,
    /// Memory of this size, in mebibytes.
    pub memory: Option<u64>,
    /// Number of virtual CPUs.
    pub vcpus: Option<u32>,
    /// Size of the disk, in gibibytes.
    pub disk: Option<u64>,
    /// Outgoing data transfer included in a month, in tebibytes.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub transfer: Option<Decimal>,
    /// Class of the size, such as `Basic`.
    pub description: Option<String>,
}

/// The addresses of a droplet, by IP version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Networks {
    /// IPv4 addresses, public and private.
    #[serde(default, deserialize_with = "null_as_default")]
    pub v4: Vec<NetworkV4>,
    /// IPv6 addresses of the droplet; may be empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub v6: Vec<NetworkV6>,
}

/// An IPv4 address of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkV4 {
    /// The IPv4 address itself.
    pub ip_address: String,
    /// Network mask in dotted form, such as `255.255.240.0`.
    pub netmask: Option<String>,
    /// Address of the gateway; empty or absent in some private networks.
    pub gateway: Option<String>,
    /// Reachability of the address: public or private.
    #[serde(rename = "type")]
    pub network_type: NetworkType,
}

/// An IPv6 address of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkV6 {
    /// The IPv6 address itself.
    pub ip_address: String,
    /// Length of the network prefix, in bits.
    pub netmask: Option<u32>,
    /// Address of the gateway; `None` when DigitalOcean does not send it.
    pub gateway: Option<String>,
    /// Reachability of the address, usually public.
    #[serde(rename = "type")]
    pub network_type: NetworkType,
}

open_enum! {
    /// The reachability of an address.
    NetworkType {
        /// Reachable from the internet.
        Public = "public",
        /// Reachable from the VPC only.
        Private = "private",
    }
}

/// A region, that is a data center location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Slug of the region, such as `nyc3`.
    pub slug: String,
    /// Name of the region, such as `New York 3`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// True if new droplets can be created in the region.
    pub available: Option<bool>,
}

/// The GPUs of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuInfo {
    /// Number of GPUs in the droplet.
    pub count: Option<u32>,
    /// Model of the GPUs, such as `nvidia_h100`.
    pub model: Option<String>,
}
