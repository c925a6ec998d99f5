//! The calls to DigitalOcean that steps make, and the objects that they return.
//!
//! These are the engine's own types: what a ledger keeps must not change with the client's models.

mod objects;
mod read;
mod write;

pub use objects::{ActionStatus, ObservedAction, ObservedDroplet, ObservedSnapshot, Record, RecordFields};
pub use read::{ReadRequest, ReadResult};
pub use write::{WriteRequest, WriteResult};
