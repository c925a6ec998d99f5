//! The endpoint families. One that only lists objects and shows one is a row of [`plain::PLAIN`].
//! Any other has a file here and a line: in `FAMILIES` of [`kinds`] if it serves objects of its
//! own, else in [`VIEWS`].

mod account;
pub(crate) mod actions;
mod apps;
mod autoscale_pools;
mod balance;
pub(crate) mod billing_history;
mod cdn;
mod certificates;
mod databases;
mod domain_records;
pub(crate) mod domains;
mod droplet_backups;
pub(crate) mod droplets;
mod firewalls;
mod functions_namespaces;
pub(crate) mod images;
pub(crate) mod invoices;
pub(crate) mod kinds;
mod kubernetes_clusters;
mod load_balancers;
mod nat_gateways;
pub(crate) mod objects;
pub(crate) mod plain;
mod project_resources;
pub(crate) mod projects;
mod registries;
mod reserved_ips;
mod reserved_ipv6;
mod snapshots;
mod spaces_keys;
mod ssh_keys;
mod tags;
pub(crate) mod volumes;
mod vpcs;

use crate::route::{Family, Route};

/// The families that show objects of other families.
static VIEWS: &[&Family] = &[&account::FAMILY, &project_resources::FAMILY, &balance::FAMILY];

/// All operations that the simulator serves.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    VIEWS.iter().copied().chain(kinds::families()).flat_map(|family| family.routes)
}
