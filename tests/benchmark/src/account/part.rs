//! The parts of an account: the kinds of the mixture, and how many resources of each there are. The
//! list of any other kind is empty.

use std::collections::BTreeMap;

use serde_json::Value;

use super::objects;
use super::scale::{BACKUPS, RECORDS, Scale};

/// Builds the n-th object of a kind in the form of the simulator's seeds.
type Seed = fn(usize, &Scale) -> Value;
/// A function that returns the simulator's id of the n-th object of a kind, and the field that
/// changes.
type Change = (fn(usize) -> String, &'static str);

/// One kind of resource in an account.
pub(super) struct Part {
    /// The name of the kind in the mirror.
    pub(super) kind: &'static str,
    /// The simulator's list of the kind.
    pub(super) list: &'static str,
    count: Count,
    /// Builds the seed objects; none for a kind that the simulator creates with its parent.
    pub(super) seed: Option<Seed>,
    /// How an object changes; none for a kind that the benchmark does not change.
    pub(super) change: Option<Change>,
}

/// The rule for how many resources of a kind an account has.
enum Count {
    /// Resources in an account of `FULL_SIZE` resources; other sizes have proportionally many, at
    /// least one.
    Share(usize),
    Of(fn(&Scale) -> usize),
}

/// The number of kinds in a mixed account: the table below and the snapshots.
pub(super) const KINDS: usize = PARTS.len() + 1;

const PARTS: [Part; 25] = [
    part("droplet", "droplets", Count::Of(|scale| scale.droplets), Some(objects::droplet)).changing(objects::DROPLET),
    part("droplet_backup", "droplet_backups", Count::Of(|scale| scale.backed_up * BACKUPS), None),
    part("volume", "volumes", Count::Of(|scale| scale.volumes), Some(objects::volume)).changing(objects::VOLUME),
    part("dns_zone", "domains", Count::Of(|scale| scale.zones), Some(objects::zone)),
    part("dns_record", "domain_records", Count::Of(|scale| scale.zones * RECORDS), None).changing(objects::RECORD),
    part("floating_ip", "reserved_ips", Count::Share(1_500), Some(objects::reserved_ip)),
    part("firewall", "firewalls", Count::Share(500), Some(objects::firewall)).changing(objects::FIREWALL),
    part("load_balancer", "load_balancers", Count::Share(300), Some(objects::load_balancer)),
    part("app", "apps", Count::Share(60), Some(objects::app)),
    part("autoscale_pool", "autoscale_pools", Count::Share(20), Some(objects::autoscale_pool)),
    part("cdn_endpoint", "endpoints", Count::Share(50), Some(objects::cdn_endpoint)),
    part("certificate", "certificates", Count::Share(300), Some(objects::certificate)),
    part("container_registry", "registries", Count::Share(3), Some(objects::registry)),
    part("custom_image", "images", Count::Share(100), Some(objects::image)),
    part("functions_namespace", "namespaces", Count::Share(20), Some(objects::namespace)),
    part("k8s_cluster", "kubernetes_clusters", Count::Share(50), Some(objects::cluster)),
    part("managed_db", "databases", Count::Share(120), Some(objects::database)),
    part("monitoring_alert", "policies", Count::Share(200), Some(objects::alert)),
    part("nat_gateway", "vpc_nat_gateways", Count::Share(10), Some(objects::nat_gateway)),
    part("reserved_ipv6", "reserved_ipv6s", Count::Share(100), Some(objects::reserved_ipv6)),
    part("spaces_key", "keys", Count::Share(100), Some(objects::spaces_key)),
    part("ssh_key", "ssh_keys", Count::Share(200), Some(objects::ssh_key)),
    part("tag", "tags", Count::Share(100), Some(objects::tag)),
    part("uptime_check", "checks", Count::Share(100), Some(objects::uptime_check)),
    part("vpc", "vpcs", Count::Share(50), Some(objects::vpc)),
];

/// The kind that fills the account up to its size. It has the list with the most pages.
const SNAPSHOTS: Part = part(
    "snapshot",
    "snapshots",
    Count::Of(|scale| scale.resources.saturating_sub(PARTS.iter().map(|part| part.count(scale)).sum())),
    Some(objects::snapshot),
)
.changing(objects::SNAPSHOT);

const fn part(kind: &'static str, list: &'static str, count: Count, seed: Option<Seed>) -> Part {
    Part { kind, list, count, seed, change: None }
}

impl Part {
    const fn changing(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }

    pub(super) fn count(&self, scale: &Scale) -> usize {
        match self.count {
            Count::Share(of_the_whole) => scale.share(of_the_whole),
            Count::Of(count) => count(scale),
        }
    }
}

/// Returns the parts of an account of this scale.
pub(super) fn parts(scale: &Scale) -> impl Iterator<Item = &'static Part> {
    let droplets_only = scale.droplets_only;
    PARTS.iter().chain([&SNAPSHOTS]).filter(move |part| !droplets_only || part.kind == "droplet")
}

/// Returns how many resources of each kind the mirror should find.
pub(super) fn expected(scale: &Scale) -> BTreeMap<&'static str, u32> {
    parts(scale).map(|part| (part.kind, u32::try_from(part.count(scale)).unwrap_or(u32::MAX))).collect()
}
