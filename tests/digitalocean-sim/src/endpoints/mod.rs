//! The endpoint families. One that only lists objects and shows one is a row of [`plain::PLAIN`];
//! any other has a file here and a line in [`FAMILIES`].

mod account;
pub(crate) mod actions;
mod apps;
mod autoscale_pools;
mod balance;
pub(crate) mod billing_history;
mod cdn;
mod certificates;
mod databases;
pub(crate) mod domain_records;
pub(crate) mod domains;
pub(crate) mod droplet_backups;
pub(crate) mod droplets;
mod firewalls;
mod functions_namespaces;
pub(crate) mod images;
pub(crate) mod invoices;
mod kubernetes_clusters;
mod load_balancers;
mod nat_gateways;
pub(crate) mod plain;
mod project_resources;
pub(crate) mod projects;
mod registries;
mod reserved_ips;
mod reserved_ipv6;
pub(crate) mod snapshots;
mod spaces_keys;
mod ssh_keys;
mod tags;
pub(crate) mod volumes;
mod vpcs;

use crate::model::kind::Kind;
use crate::route::{Family, Route};

/// The families with behaviour of their own.
static FAMILIES: &[&Family] = &[
    &account::FAMILY,
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
    &project_resources::FAMILY,
    &databases::FAMILY,
    &apps::FAMILY,
    &registries::FAMILY,
    &autoscale_pools::FAMILY,
    &ssh_keys::FAMILY,
    &spaces_keys::FAMILY,
    &tags::FAMILY,
    &balance::FAMILY,
    &billing_history::FAMILY,
    &invoices::FAMILY,
];

/// All families, the plain ones last.
fn families() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().copied().chain(plain::PLAIN.iter().map(|row| &row.family))
}

/// All operations that the simulator serves.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    families().flat_map(|family| family.routes)
}

/// All kinds of objects that the simulator serves.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    families().filter_map(|family| family.kind)
}

/// The kind that has this name in list answers, such as `droplets`.
pub(crate) fn kind_of(collection: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.collection == collection)
}

/// The kind that has this name in URNs, such as `droplet`.
pub(crate) fn kind_of_urn(urn: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.urn == Some(urn))
}
