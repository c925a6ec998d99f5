//! The state: accounts, their objects in DO's JSON shape, and the assignments to projects.

pub(crate) mod account;
pub(crate) mod assignments;
pub(crate) mod catalog;
pub(crate) mod collection;
pub(crate) mod kind;
mod listing;
pub(crate) mod profile;
mod relations;
pub(crate) mod rules;
