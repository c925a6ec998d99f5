//! The parts of an account: each kind, how many of it, and what they look like.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::Account;
use super::scale::{BACKUPS, RECORDS, Scale};

/// One kind of an account.
pub(super) struct Part {
    /// Its name in the mirror.
    pub(super) kind: &'static str,
    /// The simulator's list of it.
    pub(super) list: &'static str,
    pub(super) count: fn(&Scale) -> usize,
    /// The n-th one, as the simulator's seeds have it; none where it comes with its parent.
    pub(super) seed: Option<fn(usize, &Scale) -> Value>,
    /// What identifies it at the simulator, and what somebody changes of it; none where nobody changes one.
    pub(super) change: Option<(fn(usize) -> String, &'static str)>,
}

/// How many kinds there are.
pub(super) const KINDS: usize = PARTS.len() + 1;

/// All of them but the snapshots, which are what is left.
pub(super) const PARTS: [Part; 25] = [
    Part {
        kind: "droplet",
        list: "droplets",
        count: |scale| scale.droplets,
        seed: Some(droplet),
        change: Some((|n| droplet_id(n).to_string(), "name")),
    },
    Part {
        kind: "droplet_backup",
        list: "droplet_backups",
        count: |scale| scale.backed_up * BACKUPS,
        seed: None,
        change: None,
    },
    Part {
        kind: "volume",
        list: "volumes",
        count: |scale| scale.volumes,
        seed: Some(volume),
        change: Some((volume_id, "name")),
    },
    Part { kind: "dns_zone", list: "domains", count: |scale| scale.zones, seed: Some(zone), change: None },
    Part {
        kind: "dns_record",
        list: "domain_records",
        count: |scale| scale.zones * RECORDS,
        seed: None,
        // Of the seven of a zone one in seven is the first of ours.
        change: Some((|n| record_id(n / RECORDS, 0).to_string(), "data")),
    },
    Part {
        kind: "floating_ip",
        list: "reserved_ips",
        count: |scale| scale.share(1_500),
        seed: Some(reserved_ip),
        change: None,
    },
    Part {
        kind: "firewall",
        list: "firewalls",
        count: |scale| scale.share(500),
        seed: Some(firewall),
        change: Some((|n| uuid("firewalls", n), "name")),
    },
    Part {
        kind: "load_balancer",
        list: "load_balancers",
        count: |scale| scale.share(300),
        seed: Some(load_balancer),
        change: Some((|n| uuid("load_balancers", n), "name")),
    },
    few("app", "apps", |scale| scale.share(60), |n, _| json!({ "id": uuid("apps", n), "spec": { "name": name("app", n), "region": "ams" } })),
    few("autoscale_pool", "autoscale_pools", |scale| scale.share(20), |n, _| named("autoscale_pools", "pool", n)),
    few("cdn_endpoint", "endpoints", |scale| scale.share(50), |n, _| {
        json!({ "id": uuid("endpoints", n), "origin": format!("bucket-{n}.ams3.digitaloceanspaces.com") })
    }),
    few("certificate", "certificates", |scale| scale.share(300), |n, _| named("certificates", "certificate", n)),
    few("container_registry", "registries", |scale| scale.share(3), |n, _| json!({ "name": name("registry", n) })),
    few("custom_image", "images", |scale| scale.share(100), |n, _| json!({ "id": 180_000_000 + n, "name": name("image", n) })),
    few("functions_namespace", "namespaces", |scale| scale.share(20), |n, _| {
        json!({ "uuid": uuid("namespaces", n), "label": name("functions", n) })
    }),
    few("k8s_cluster", "kubernetes_clusters", |scale| scale.share(50), |n, _| {
        json!({ "id": uuid("kubernetes_clusters", n), "name": name("cluster", n), "node_pools": [{ "id": uuid("pools", n), "name": "pool" }] })
    }),
    few("managed_db", "databases", |scale| scale.share(120), |n, _| named("databases", "db", n)),
    few("monitoring_alert", "policies", |scale| scale.share(200), |n, _| {
        json!({ "uuid": uuid("policies", n), "description": name("alert", n), "value": 85 })
    }),
    few("nat_gateway", "vpc_nat_gateways", |scale| scale.share(10), |n, _| named("vpc_nat_gateways", "nat", n)),
    few("reserved_ipv6", "reserved_ipv6s", |scale| scale.share(100), |n, _| json!({ "ip": Ipv6Addr::from(IPV6 + n as u128) })),
    few("spaces_key", "keys", |scale| scale.share(100), |n, _| json!({ "access_key": format!("DO00BENCHMARK{n:07}"), "name": name("key", n) })),
    few("ssh_key", "ssh_keys", |scale| scale.share(200), |n, _| json!({ "id": 38_000_000 + n, "name": name("key", n) })),
    few("tag", "tags", |scale| scale.share(100), |n, _| json!({ "name": name("tag", n) })),
    few("uptime_check", "checks", |scale| scale.share(100), |n, _| {
        json!({ "id": uuid("checks", n), "name": name("check", n), "target": format!("https://{}", zone_name(n)) })
    }),
    few("vpc", "vpcs", |scale| scale.share(50), |n, _| named("vpcs", "vpc", n)),
];

/// What is left of the account: the most paginated list.
pub(super) const SNAPSHOTS: Part = Part {
    kind: "snapshot",
    list: "snapshots",
    count: |scale| {
        let others: usize = PARTS.iter().map(|part| (part.count)(scale)).sum();
        scale.resources.saturating_sub(others)
    },
    seed: Some(snapshot),
    change: Some((snapshot_id, "name")),
};

/// A kind that no other one refers to and nobody changes.
const fn few(
    kind: &'static str,
    list: &'static str,
    count: fn(&Scale) -> usize,
    seed: fn(usize, &Scale) -> Value,
) -> Part {
    Part { kind, list, count, seed: Some(seed), change: None }
}

/// The parts of an account of this scale.
pub(super) fn parts(scale: &Scale) -> impl Iterator<Item = &'static Part> {
    let plain = scale.plain;
    PARTS.iter().chain([&SNAPSHOTS]).filter(move |part| !plain || part.kind == "droplet")
}

/// How many resources of each kind the mirror should find.
pub(crate) fn expected(account: Account) -> BTreeMap<&'static str, u32> {
    let scale = account.scale();
    parts(&scale).map(|part| (part.kind, u32::try_from((part.count)(&scale)).unwrap_or(u32::MAX))).collect()
}

const REGIONS: [&str; 4] = ["ams3", "fra1", "nyc3", "sgp1"];
const SIZES: [&str; 4] = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb", "s-4vcpu-8gb"];
/// The first address of the range for benchmarks (RFC 2544) and of the one for documentation (RFC 3849).
const IPV4: u32 = 0xC612_0000;
const IPV6: u128 = 0x2001_0db8 << 96;

fn droplet(n: usize, scale: &Scale) -> Value {
    let backups = if n < scale.backed_up { BACKUPS } else { 0 };
    json!({
        "id": droplet_id(n), "name": name("web", n), "size": SIZES[n % SIZES.len()], "region": region(n), "ipv6": true,
        "tags": [name("tag", 0), format!("customer-{}", n % scale.projects)], "backups": backups > 0, "backup_count": backups,
        "created_at": "2025-03-11T08:42:10Z",
    })
}

/// Every other one is attached.
fn volume(n: usize, scale: &Scale) -> Value {
    let droplet = (n % 2 == 0 && n < scale.droplets).then(|| droplet_id(n));
    json!({
        "id": volume_id(n), "name": name("data", n), "region": region(n), "size_gigabytes": 100, "droplet_id": droplet,
        "filesystem_type": "ext4", "created_at": "2025-03-11T08:43:00Z",
    })
}

fn zone(n: usize, _: &Scale) -> Value {
    json!({ "name": zone_name(n), "ip_address": Ipv4Addr::from(IPV4 + n as u32), "records": [
        { "id": record_id(n, 0), "type": "TXT", "data": "v=spf1 -all" },
        { "id": record_id(n, 1), "type": "CNAME", "name": "www", "data": "@" },
        { "id": record_id(n, 2), "type": "MX", "data": format!("mail.{}", zone_name(0)), "priority": 10 },
    ]})
}

fn reserved_ip(n: usize, scale: &Scale) -> Value {
    let droplet = (n % 2 == 0 && n < scale.droplets).then(|| droplet_id(n));
    json!({ "ip": Ipv4Addr::from(IPV4 + n as u32), "region": region(n), "droplet": droplet })
}

fn firewall(n: usize, scale: &Scale) -> Value {
    let rule = |port: &str| json!({ "protocol": "tcp", "ports": port, "sources": { "addresses": ["0.0.0.0/0", "::/0"] } });
    json!({
        "id": uuid("firewalls", n), "name": name("firewall", n), "inbound_rules": [rule("22"), rule("80"), rule("443")],
        "droplet_ids": (0..10).map(|m| droplet_id((n * 10 + m) % scale.droplets)).collect::<Vec<_>>(),
        "created_at": "2025-03-11T08:44:00Z",
    })
}

fn load_balancer(n: usize, scale: &Scale) -> Value {
    json!({
        "id": uuid("load_balancers", n), "name": name("lb", n), "region": region(n),
        "droplet_ids": (0..2).map(|m| droplet_id((n * 2 + m) % scale.droplets)).collect::<Vec<_>>(),
        "created_at": "2025-03-11T08:45:00Z",
    })
}

/// Of droplets and of volumes by turns.
fn snapshot(n: usize, scale: &Scale) -> Value {
    let (of, id) = match n % 2 {
        0 => ("droplet", droplet_id(n % scale.droplets).to_string()),
        _ => ("volume", volume_id(n % scale.volumes)),
    };
    json!({
        "id": snapshot_id(n), "name": name("snapshot", n), "resource_type": of, "resource_id": id,
        "created_at": "2025-09-15T13:10:12Z",
    })
}

fn named(list: &str, what: &str, n: usize) -> Value {
    json!({ "id": uuid(list, n), "name": name(what, n) })
}

fn name(what: &str, n: usize) -> String {
    format!("{what}-{n:05}")
}

fn region(n: usize) -> &'static str {
    REGIONS[n % REGIONS.len()]
}

pub(super) fn droplet_id(n: usize) -> u64 {
    400_000_000 + n as u64
}

pub(super) fn volume_id(n: usize) -> String {
    uuid("volumes", n)
}

pub(super) fn zone_name(n: usize) -> String {
    format!("zone-{n:05}.example")
}

fn record_id(zone: usize, n: usize) -> u64 {
    600_000_000 + (zone * 3 + n) as u64
}

/// A number for a droplet's, a UUID for a volume's.
fn snapshot_id(n: usize) -> String {
    if n % 2 == 0 { (200_000_000 + n).to_string() } else { uuid("snapshots", n) }
}

/// A UUID of its own for the n-th object of a list, the same every time.
fn uuid(list: &str, n: usize) -> String {
    let list = list.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{list:08x}-0000-4000-8000-{n:012x}")
}
