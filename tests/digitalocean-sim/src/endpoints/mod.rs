//! The endpoint families. A new one is a file here and a line in [`FAMILIES`].

mod account;
pub(crate) mod domains;
pub(crate) mod droplets;
mod project_resources;
pub(crate) mod projects;

use crate::model::kind::Kind;
use crate::route::{Family, Route};

static FAMILIES: &[&Family] =
    &[&account::FAMILY, &droplets::FAMILY, &domains::FAMILY, &projects::FAMILY, &project_resources::FAMILY];

/// Every operation.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    FAMILIES.iter().flat_map(|family| family.routes)
}

/// Every kind of object.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().filter_map(|family| family.kind)
}

/// The kind of a list.
pub(crate) fn kind_of(collection: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.collection == collection)
}

/// The kind in a URN.
pub(crate) fn kind_of_urn(urn: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.urn == Some(urn))
}
