//! Projects: mirrored, the internal one made where it is missing, and what is in them attributed to them.

mod bootstrap;
mod membership;
mod sweep;
pub mod upsert;

pub use bootstrap::Bootstrap;
pub(crate) use sweep::sweep;
