//! The mirror: kinds, the sweep (a pure plan, then apply), attribution.
//!
//! A sweep lists everything of one kind, compares it with what is known and writes what differs. The decisions are pure functions
//! ([`sweep::plan`] on small entries, [`upsert`] on whole rows); the I/O is around them.

mod error;
mod facts;
pub mod findings;
pub mod kinds;
pub mod prices;
pub mod projects;
pub mod sweep;
pub mod upsert;
pub mod urn;
pub mod workers;

pub use error::Error;
pub use projects::Bootstrap;
pub use sweep::{Access, FollowUp, SweepOutcome, SweepRun, sweep};
pub use workers::{InventoryWorker, PROJECT, Target, WORKERS, resource_kinds};
