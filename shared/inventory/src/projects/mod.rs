//! Projects: their mirror, the creation of the internal project, and the attribution of resources
//! to projects.

mod apply_attribution;
pub mod attribution;
mod bootstrap;
mod membership;
mod sweep;
pub mod upsert;
mod urn_kinds;

pub use bootstrap::Bootstrap;
pub use membership::Membership;
pub(crate) use sweep::sweep;
