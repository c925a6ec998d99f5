//! The families that serve objects of their own, and the kinds of these objects.

use super::{
    actions, apps, autoscale_pools, billing_history, databases, domain_records, domains, droplet_backups, droplets,
    firewalls, images, invoices, load_balancers, nat_gateways, plain, projects, registries, reserved_ips,
    reserved_ipv6, snapshots, spaces_keys, ssh_keys, tags, volumes,
};
use crate::model::kind::Kind;
use crate::route::Family;

/// The families with behaviour of their own. A kind stands behind the kinds that it refers to,
/// since seeds are built in this order.
static FAMILIES: &[&Family] = &[
    &droplets::FAMILY,
    &droplet_backups::FAMILY,
    &actions::FAMILY,
    &volumes::FAMILY,
    &snapshots::FAMILY,
    &images::FAMILY,
    &reserved_ips::FAMILY,
    &reserved_ipv6::FAMILY,
    &firewalls::FAMILY,
    &load_balancers::FAMILY,
    &nat_gateways::FAMILY,
    &domains::FAMILY,
    &domain_records::FAMILY,
    &projects::FAMILY,
    &databases::FAMILY,
    &apps::FAMILY,
    &registries::FAMILY,
    &autoscale_pools::FAMILY,
    &ssh_keys::FAMILY,
    &spaces_keys::FAMILY,
    &tags::FAMILY,
    &billing_history::FAMILY,
    &invoices::FAMILY,
];

/// All families that serve a kind, the plain ones last.
pub(super) fn families() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().copied().chain(plain::PLAIN.iter().map(|row| &row.family))
}

/// All kinds of objects that the simulator serves.
pub(crate) fn all() -> impl Iterator<Item = &'static Kind> {
    families().filter_map(|family| family.kind)
}

/// The kind that has this name in list answers, such as `droplets`.
pub(crate) fn named(collection: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.collection == collection)
}

/// The kind that has this name in URNs, such as `droplet`.
pub(crate) fn of_urn(urn: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.urn == Some(urn))
}
