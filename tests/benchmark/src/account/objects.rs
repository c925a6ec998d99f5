//! The objects of an account in the form of the simulator's seeds. They are the same in every run.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::scale::{BACKUPS, RECORDS, Scale};

const REGIONS: [&str; 4] = ["ams3", "fra1", "nyc3", "sgp1"];
const SIZES: [&str; 4] = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb", "s-4vcpu-8gb"];
/// The first address of the range for benchmarks (RFC 2544).
const IPV4: u32 = 0xC612_0000;
/// The first address of the range for documentation (RFC 3849).
const IPV6: u128 = 0x2001_0db8 << 96;

/// The ids of the droplets, by their number, and the field that changes.
pub(super) const DROPLET: (fn(usize) -> String, &str) = (|n| droplet_id(n).to_string(), "name");
pub(super) const VOLUME: (fn(usize) -> String, &str) = (volume_id, "name");
/// The ids of the changeable DNS records. All records of a zone have the id of its first seeded
/// record.
pub(super) const RECORD: (fn(usize) -> String, &str) = (|n| record_id(n / RECORDS, 0).to_string(), "data");
pub(super) const FIREWALL: (fn(usize) -> String, &str) = (|n| uuid("firewalls", n), "name");
pub(super) const SNAPSHOT: (fn(usize) -> String, &str) = (snapshot_id, "name");

pub(super) fn droplet(n: usize, scale: &Scale) -> Value {
    let backups = if n < scale.backed_up { BACKUPS } else { 0 };
    json!({
        "id": droplet_id(n), "name": name("web", n), "size": SIZES[n % SIZES.len()], "region": region(n), "ipv6": true,
        "tags": [name("tag", 0), format!("customer-{}", n % scale.projects)], "backups": backups > 0, "backup_count": backups,
        "created_at": "2025-03-11T08:42:10Z",
    })
}

/// Returns the n-th volume; every other one is attached to a droplet.
pub(super) fn volume(n: usize, scale: &Scale) -> Value {
    let droplet = (n.is_multiple_of(2) && n < scale.droplets).then(|| droplet_id(n));
    json!({
        "id": volume_id(n), "name": name("data", n), "region": region(n), "size_gigabytes": 100, "droplet_id": droplet,
        "filesystem_type": "ext4", "created_at": "2025-03-11T08:43:00Z",
    })
}

pub(super) fn zone(n: usize, _: &Scale) -> Value {
    json!({ "name": zone_name(n), "ip_address": Ipv4Addr::from(IPV4 + n as u32), "records": [
        { "id": record_id(n, 0), "type": "TXT", "data": "v=spf1 -all" },
        { "id": record_id(n, 1), "type": "CNAME", "name": "www", "data": "@" },
        { "id": record_id(n, 2), "type": "MX", "data": format!("mail.{}", zone_name(0)), "priority": 10 },
    ]})
}

pub(super) fn reserved_ip(n: usize, scale: &Scale) -> Value {
    let droplet = (n.is_multiple_of(2) && n < scale.droplets).then(|| droplet_id(n));
    json!({ "ip": Ipv4Addr::from(IPV4 + n as u32), "region": region(n), "droplet": droplet })
}

pub(super) fn firewall(n: usize, scale: &Scale) -> Value {
    let rule =
        |port: &str| json!({ "protocol": "tcp", "ports": port, "sources": { "addresses": ["0.0.0.0/0", "::/0"] } });
    json!({
        "id": uuid("firewalls", n), "name": name("firewall", n), "inbound_rules": [rule("22"), rule("80"), rule("443")],
        "droplet_ids": (0..10).map(|m| droplet_id((n * 10 + m) % scale.droplets)).collect::<Vec<_>>(),
        "created_at": "2025-03-11T08:44:00Z",
    })
}

pub(super) fn load_balancer(n: usize, scale: &Scale) -> Value {
    json!({
        "id": uuid("load_balancers", n), "name": name("lb", n), "region": region(n),
        "droplet_ids": (0..2).map(|m| droplet_id((n * 2 + m) % scale.droplets)).collect::<Vec<_>>(),
        "created_at": "2025-03-11T08:45:00Z",
    })
}

/// Returns the n-th snapshot, alternately of a droplet and of a volume.
pub(super) fn snapshot(n: usize, scale: &Scale) -> Value {
    let (of, id) = match n % 2 {
        0 => ("droplet", droplet_id(n % scale.droplets).to_string()),
        _ => ("volume", volume_id(n % scale.volumes)),
    };
    json!({
        "id": snapshot_id(n), "name": name("snapshot", n), "resource_type": of, "resource_id": id,
        "created_at": "2025-09-15T13:10:12Z",
    })
}

pub(super) fn app(n: usize, _: &Scale) -> Value {
    json!({ "id": uuid("apps", n), "spec": { "name": name("app", n), "region": "ams" } })
}

pub(super) fn autoscale_pool(n: usize, _: &Scale) -> Value {
    named("autoscale_pools", "pool", n)
}

pub(super) fn cdn_endpoint(n: usize, _: &Scale) -> Value {
    json!({ "id": uuid("endpoints", n), "origin": format!("bucket-{n}.ams3.digitaloceanspaces.com") })
}

pub(super) fn certificate(n: usize, _: &Scale) -> Value {
    named("certificates", "certificate", n)
}

pub(super) fn registry(n: usize, _: &Scale) -> Value {
    json!({ "name": name("registry", n) })
}

pub(super) fn image(n: usize, _: &Scale) -> Value {
    json!({ "id": 180_000_000 + n, "name": name("image", n) })
}

pub(super) fn namespace(n: usize, _: &Scale) -> Value {
    json!({ "uuid": uuid("namespaces", n), "label": name("functions", n) })
}

pub(super) fn cluster(n: usize, _: &Scale) -> Value {
    let pool = json!({ "id": uuid("pools", n), "name": "pool" });
    json!({ "id": uuid("kubernetes_clusters", n), "name": name("cluster", n), "node_pools": [pool] })
}

pub(super) fn database(n: usize, _: &Scale) -> Value {
    named("databases", "db", n)
}

pub(super) fn alert(n: usize, _: &Scale) -> Value {
    json!({ "uuid": uuid("policies", n), "description": name("alert", n), "value": 85 })
}

pub(super) fn nat_gateway(n: usize, _: &Scale) -> Value {
    named("vpc_nat_gateways", "nat", n)
}

pub(super) fn reserved_ipv6(n: usize, _: &Scale) -> Value {
    json!({ "ip": Ipv6Addr::from(IPV6 + n as u128) })
}

pub(super) fn spaces_key(n: usize, _: &Scale) -> Value {
    json!({ "access_key": format!("DO00BENCHMARK{n:07}"), "name": name("key", n) })
}

pub(super) fn ssh_key(n: usize, _: &Scale) -> Value {
    json!({ "id": 38_000_000 + n, "name": name("key", n) })
}

pub(super) fn tag(n: usize, _: &Scale) -> Value {
    json!({ "name": name("tag", n) })
}

pub(super) fn uptime_check(n: usize, _: &Scale) -> Value {
    json!({ "id": uuid("checks", n), "name": name("check", n), "target": format!("https://{}", zone_name(n)) })
}

pub(super) fn vpc(n: usize, _: &Scale) -> Value {
    named("vpcs", "vpc", n)
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

/// Returns the id of a seeded record. Like all ids here, it is below the numbers that the simulator
/// assigns itself.
fn record_id(zone: usize, n: usize) -> u64 {
    300_000_000 + (zone * 3 + n) as u64
}

/// Returns the id of the n-th snapshot: a number for a droplet's, a UUID for a volume's.
fn snapshot_id(n: usize) -> String {
    if n.is_multiple_of(2) { (200_000_000 + n).to_string() } else { uuid("snapshots", n) }
}

/// Returns a unique UUID for the n-th object of a list, the same in every run.
fn uuid(list: &str, n: usize) -> String {
    let list = list.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{list:08x}-0000-4000-8000-{n:012x}")
}
