//! Projects: their mirror, the creation of the internal project, and the attribution of resources
//! to projects.

mod apply_attribution;
pub mod attribution;
mod bootstrap;
mod membership;
mod sweep;
mod urn_kinds;

pub use membership::Membership;
pub(crate) use sweep::sweep;
