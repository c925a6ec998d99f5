//! Projects: mirrored, the internal one made where it is missing, and what is in them attributed to them.

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
