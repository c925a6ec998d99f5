//! A droplet as DigitalOcean describes it. What is always there is required; the rest may be absent or `null`.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::images::Image;
use crate::lenient_serde::{blank_as_none, exact_decimal, null_as_default};
use crate::open_enum::open_enum;

/// A droplet. It does not say which project it belongs to, see [`Projects::resources`](crate::projects::Projects::resources).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Droplet {
    /// The droplet's id.
    pub id: u64,
    /// Name, not unique.
    pub name: String,
    /// Memory, in mebibytes.
    pub memory: u64,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Boot disk, in gibibytes.
    pub disk: u64,
    /// Every local disk, scratch disks of GPU droplets included.
    #[serde(default, deserialize_with = "null_as_default")]
    pub disk_info: Vec<DiskInfo>,
    /// Locked while an event is being worked on.
    #[serde(default)]
    pub locked: bool,
    /// What state it is in.
    pub status: DropletStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Features switched on, such as `backups`, `ipv6`, `monitoring`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub features: Vec<String>,
    /// Ids of its automated backups.
    #[serde(default, deserialize_with = "null_as_default")]
    pub backup_ids: Vec<u64>,
    /// When the next backup is due; `None` without backups.
    #[serde(default)]
    pub next_backup_window: Option<BackupWindow>,
    /// Ids of its snapshots. Empty when the token may not read snapshots.
    #[serde(default, deserialize_with = "null_as_default")]
    pub snapshot_ids: Vec<u64>,
    /// The image it was made from. `None` when the token may not read images.
    #[serde(default, deserialize_with = "blank_as_none")]
    pub image: Option<Image>,
    /// Ids of the volumes attached to it. Empty when the token may not read volumes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub volume_ids: Vec<String>,
    /// Its size, with prices.
    #[serde(default)]
    pub size: Option<Size>,
    /// Its size's slug, such as `s-1vcpu-1gb`.
    pub size_slug: String,
    /// Its addresses.
    #[serde(default, deserialize_with = "null_as_default")]
    pub networks: Networks,
    /// The region it is in.
    pub region: Region,
    /// Its tags. Empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// The VPC it is in. `None` when the token may not read VPCs.
    #[serde(default)]
    pub vpc_uuid: Option<String>,
    /// Its GPUs; `None` for a droplet without.
    #[serde(default)]
    pub gpu_info: Option<GpuInfo>,
}

open_enum! {
    /// The state of a droplet.
    DropletStatus {
        /// Being made.
        New = "new",
        /// Running.
        Active = "active",
        /// Powered off; still billed.
        Off = "off",
        /// Archived.
        Archive = "archive",
    }
}

/// When a backup is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupWindow {
    /// From.
    #[serde(default)]
    pub start: Option<DateTime<Utc>>,
    /// To.
    #[serde(default)]
    pub end: Option<DateTime<Utc>>,
}

/// A droplet size. Prices are in US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Slug, such as `s-1vcpu-1gb`.
    pub slug: String,
    /// Price of a full month, in US dollars, as DigitalOcean wrote it.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub price_monthly: Option<Decimal>,
    /// Price of an hour, in US dollars, as DigitalOcean wrote it (which may be a rounded float such as `0.00743999984115362`).
    #[serde(default, deserialize_with = "exact_decimal")]
    pub price_hourly: Option<Decimal>,
    /// Memory, in mebibytes.
    #[serde(default)]
    pub memory: Option<u64>,
    /// Virtual CPUs.
    #[serde(default)]
    pub vcpus: Option<u32>,
    /// Disk, in gibibytes.
    #[serde(default)]
    pub disk: Option<u64>,
    /// OutgoingMessage transfer included in a month, in tebibytes.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub transfer: Option<Decimal>,
    /// Class, such as `Basic`.
    #[serde(default)]
    pub description: Option<String>,
}

/// A droplet's addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Networks {
    /// IPv4.
    #[serde(default, deserialize_with = "null_as_default")]
    pub v4: Vec<NetworkV4>,
    /// IPv6.
    #[serde(default, deserialize_with = "null_as_default")]
    pub v6: Vec<NetworkV6>,
}

/// An IPv4 address of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkV4 {
    /// The address.
    pub ip_address: String,
    /// Network mask, in dotted form.
    #[serde(default)]
    pub netmask: Option<String>,
    /// Gateway; empty or absent in some private networks.
    #[serde(default)]
    pub gateway: Option<String>,
    /// Public or private.
    #[serde(rename = "type")]
    pub network_type: NetworkType,
}

/// An IPv6 address of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkV6 {
    /// The address.
    pub ip_address: String,
    /// Length of the network's prefix, in bits.
    #[serde(default)]
    pub netmask: Option<u32>,
    /// Gateway.
    #[serde(default)]
    pub gateway: Option<String>,
    /// Public as a rule.
    #[serde(rename = "type")]
    pub network_type: NetworkType,
}

open_enum! {
    /// Whether an address can be reached from the internet.
    NetworkType {
        /// From the internet.
        Public = "public",
        /// From the VPC only.
        Private = "private",
    }
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Slug, such as `nyc3`.
    pub slug: String,
    /// Name, such as `New York 3`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Whether new droplets can be made there.
    #[serde(default)]
    pub available: Option<bool>,
}

/// A local disk of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskInfo {
    /// `local`, `boot` or `scratch`.
    #[serde(default, rename = "type")]
    pub disk_type: Option<String>,
    /// How large.
    #[serde(default)]
    pub size: Option<DiskSize>,
}

/// An amount with its unit, of a disk or of a GPU's memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSize {
    /// The amount.
    pub amount: u64,
    /// The unit, such as `gib`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unit: String,
}

/// The GPUs of a droplet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuInfo {
    /// How many.
    #[serde(default)]
    pub count: Option<u32>,
    /// Which, such as `nvidia_h100`.
    #[serde(default)]
    pub model: Option<String>,
    /// Memory of each.
    #[serde(default)]
    pub vram: Option<DiskSize>,
}
