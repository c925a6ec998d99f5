//! The table of rules. A new rule needs a function beside its neighbours and a row here.

use super::rule::FindingRule;
use super::{certificates, droplets, networking, storage};
use crate::kinds;

/// The list of all rules.
///
/// The scopes that fields need are in the API's specification: `reserved_ip.droplet` and
/// `firewall.droplet_ids` need `droplet:read`, tags need `tag:read`. It says nothing of the
/// droplets of volumes and load balancers; they are assumed to need `droplet:read` as well.
/// <https://docs.digitalocean.com/reference/api/digitalocean/>
pub const RULES: &[FindingRule] = &[
    FindingRule {
        name: "unattached_volume",
        subject_kind: &kinds::VOLUME,
        depends_on: &[&kinds::DROPLET],
        evaluate: storage::unattached_volume,
    },
    FindingRule {
        name: "old_snapshot",
        subject_kind: &kinds::SNAPSHOT,
        depends_on: &[],
        evaluate: storage::old_snapshot,
    },
    FindingRule {
        name: "unassigned_reserved_ip",
        subject_kind: &kinds::FLOATING_IP,
        depends_on: &[&kinds::DROPLET],
        evaluate: networking::unassigned_reserved_ip,
    },
    FindingRule {
        name: "load_balancer_without_backends",
        subject_kind: &kinds::LOAD_BALANCER,
        depends_on: &[&kinds::DROPLET],
        evaluate: networking::load_balancer_without_backends,
    },
    FindingRule {
        name: "powered_off_droplet",
        subject_kind: &kinds::DROPLET,
        depends_on: &[],
        evaluate: droplets::powered_off,
    },
    FindingRule {
        name: "droplet_without_backups",
        subject_kind: &kinds::DROPLET,
        depends_on: &[&kinds::TAG],
        evaluate: droplets::without_backups,
    },
    FindingRule {
        name: "droplet_without_firewall",
        subject_kind: &kinds::DROPLET,
        depends_on: &[&kinds::FIREWALL, &kinds::TAG],
        evaluate: droplets::without_firewall,
    },
    FindingRule {
        name: "certificate_near_expiry",
        subject_kind: &kinds::CERTIFICATE,
        depends_on: &[],
        evaluate: certificates::near_expiry,
    },
];

impl FindingRule {
    /// Returns the rule of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }
}
