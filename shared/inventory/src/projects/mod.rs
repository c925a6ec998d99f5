//! Projects: mirrored, the internal one made where it is missing, and what is in them attributed to them.

pub mod attribution;
mod bootstrap;
mod membership;
mod place;
mod sweep;
pub mod upsert;
mod urn_rows;

pub use bootstrap::Bootstrap;
pub use membership::Membership;
pub(crate) use sweep::sweep;
