//! A droplet as a seed describes it and as DO shows it.

use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::endpoints::objects::backup;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, set_known, spec};

/// A droplet to add. Only the name is required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Droplet {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    name: String,
    #[serde(default = "basic_size")]
    size: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(default = "active")]
    status: String,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    backups: bool,
    /// Number of backups that exist already.
    #[serde(default)]
    backup_count: usize,
    #[serde(default)]
    ipv6: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vpc_uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
}

fn basic_size() -> String {
    "s-1vcpu-1gb".to_owned()
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn active() -> String {
    "active".to_owned()
}

impl Droplet {
    /// Describes a small active droplet in Amsterdam.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            id: None,
            name: name.into(),
            size: basic_size(),
            region: amsterdam(),
            image: None,
            status: active(),
            locked: false,
            backups: false,
            backup_count: 0,
            ipv6: false,
            tags: Vec::new(),
            vpc_uuid: None,
            created_at: None,
        }
    }

    /// Describes the `n`th of many generated droplets, with this number of backups.
    pub(crate) fn generated(n: usize, backups: usize) -> Self {
        let droplet = Self::named(format!("generated-{n}"));
        if backups > 0 { droplet.backups_made(backups) } else { droplet }
    }

    /// Sets the id, which is the next free one by default.
    #[must_use]
    pub fn id(mut self, id: u64) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the size by its slug, e.g. `s-2vcpu-4gb`.
    #[must_use]
    pub fn size(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.size);
        self
    }

    /// Sets the region by its slug, e.g. `fra1`.
    #[must_use]
    pub fn region(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.region);
        self
    }

    /// Sets the image by its slug, e.g. `debian-12-x64`.
    #[must_use]
    pub fn image(mut self, slug: &str) -> Self {
        self.image = Some(slug.to_owned());
        self
    }

    /// Sets the status: `new`, `active`, `off` or `archive`.
    #[must_use]
    pub fn status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        self
    }

    /// Adds one tag to the droplet.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    /// Enables backups, without existing ones.
    #[must_use]
    pub fn backups(mut self) -> Self {
        self.backups = true;
        self
    }

    /// Enables backups and adds this number of existing ones, a week apart.
    #[must_use]
    pub fn backups_made(mut self, count: usize) -> Self {
        self.backup_count = count;
        self.backups()
    }

    /// Sets the time of creation, which is the current time by default.
    #[must_use]
    pub fn created_at(mut self, at: DateTime<Utc>) -> Self {
        self.created_at = Some(at);
        self
    }
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let droplet: Droplet = spec(value)?;
    check_status(&droplet.status)?;
    let id = context.numeric_id(droplet.id);
    let size = catalog::size(&droplet.size)?;
    let gpu = size.get("gpu_info").cloned();
    let default_image = if gpu.is_some() { "gpu-h100x1-base" } else { "ubuntu-24-04-x64" };
    let mut features = vec!["droplet_agent", "private_networking"];
    features.extend(droplet.backups.then_some("backups"));
    features.extend(droplet.ipv6.then_some("ipv6"));
    let mut object = json!({
        "id": id,
        "name": droplet.name,
        "memory": size["memory"],
        "vcpus": size["vcpus"],
        "disk": size["disk"],
        "disk_info": size["disk_info"],
        "locked": droplet.locked,
        "status": droplet.status,
        "kernel": null,
        "created_at": rfc3339(droplet.created_at.unwrap_or(context.now)),
        "features": features,
        // The id lists are filled when a backup or snapshot is made of the droplet, or a volume is
        // attached to it.
        "backup_ids": [],
        "next_backup_window": droplet.backups.then(|| backup_window(context.now)),
        "snapshot_ids": [],
        "image": catalog::image(droplet.image.as_deref().unwrap_or(default_image))?,
        "volume_ids": [],
        "size": size,
        "size_slug": droplet.size,
        "networks": networks(id, droplet.ipv6),
        "region": catalog::region(&droplet.region)?,
        "tags": droplet.tags,
        "vpc_uuid": droplet.vpc_uuid.unwrap_or_else(|| default_vpc(&droplet.region)),
    });
    if let Some(gpu) = gpu {
        object["gpu_info"] = gpu;
    }
    let backups = backup::of_new_droplet(&object, droplet.backup_count, context)?;
    object["backup_ids"] = backups.iter().map(|backup| backup["id"].clone()).collect();
    let parts = backups.into_iter().map(|part| (&backup::KIND, part)).collect();
    Ok(BuiltObject { parts, ..object.into() })
}

/// Sets a field. The slug of a size, region or image stands for the whole object, as in a seed.
pub(super) fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match (field, value.as_str()) {
        ("size", Some(slug)) => {
            let size = catalog::size(slug)?;
            for part in ["memory", "vcpus", "disk", "disk_info"] {
                object.insert(part.to_owned(), size[part].clone());
            }
            object.insert("size_slug".to_owned(), json!(slug));
            object.insert("size".to_owned(), size);
            Ok(())
        }
        ("region", Some(slug)) => set_known(object, field, catalog::region(slug)?),
        ("image", Some(slug)) => set_known(object, field, catalog::image(slug)?),
        ("status", Some(status)) => {
            check_status(status)?;
            set_known(object, field, value)
        }
        ("backup_ids" | "snapshot_ids" | "volume_ids", _) => {
            Err(format!("{field}: the field is computed, so add, change or remove the objects instead"))
        }
        _ => set_known(object, field, value),
    }
}

fn check_status(status: &str) -> Result<(), String> {
    if ["new", "active", "off", "archive"].contains(&status) {
        return Ok(());
    }
    Err(format!("status: `{status}` is not one of new, active, off, archive"))
}

/// The networks of a droplet. Every droplet has its own addresses, from the ranges for benchmarks,
/// private use and documentation.
fn networks(id: u64, ipv6: bool) -> Value {
    let [.., a, b, c] = id.to_be_bytes();
    let public = Ipv4Addr::new(198, 18 + (a & 1), b, c);
    let mut v6 = Vec::new();
    if ipv6 {
        let [high, low] = [u16::from(a), u16::from_be_bytes([b, c])];
        let address = Ipv6Addr::new(0x2001, 0xdb8, 0, 0x1010, 0, 0, high, low);
        v6.push(json!({ "ip_address": address, "netmask": 64, "gateway": "2001:db8:0:1010::1", "type": "public" }));
    }
    json!({
        "v4": [
            // A private interface has no gateway, which DO writes as the text "nil" (OpenAPI
            // `schemas/network_v4`).
            { "ip_address": Ipv4Addr::new(10, a, b, c), "netmask": "255.0.0.0", "gateway": "nil", "type": "private" },
            { "ip_address": public, "netmask": "255.254.0.0", "gateway": "198.18.0.1", "type": "public" },
        ],
        "v6": v6,
    })
}

fn backup_window(now: DateTime<Utc>) -> Value {
    let start =
        now.date_naive().and_hms_opt(0, 0, 0).map_or(now, |midnight| midnight.and_utc()) + chrono::TimeDelta::days(3);
    json!({ "start": rfc3339(start), "end": rfc3339(start + chrono::TimeDelta::hours(23)) })
}

/// The UUID of a region's default VPC, always the same for a region.
pub(crate) fn default_vpc(region: &str) -> String {
    let digits = region.bytes().fold(0_u128, |sum, byte| (sum << 8) | u128::from(byte));
    uuid::Builder::from_random_bytes((digits | (0x5d4e_3c2b << 64)).to_be_bytes()).into_uuid().to_string()
}
