//! All key formats of the table.
//!
//! The separator is `#`. Only the last part of a key, or an id from DigitalOcean, may contain it.
//! The number of parts before such an id is fixed, and the parts after it contain none. Therefore
//! no two records share a key.

mod billing;
mod inventory;
mod key;
mod operations;
mod sagas;
#[cfg(test)]
mod tests;

pub use self::billing::*;
pub use self::inventory::*;
pub use self::key::*;
pub use self::operations::*;
pub use self::sagas::*;
