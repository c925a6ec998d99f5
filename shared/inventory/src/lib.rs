#![doc = include_str!("../README.md")]

mod attrs;
mod dispatch;
mod error;
mod facts;
pub mod findings;
mod freshness;
pub mod kind;
pub mod kinds;
pub mod prices;
pub mod projects;
pub mod sweep;
mod unattributed;
pub mod upsert;
pub mod urn;
pub mod workers;

pub use dispatch::sweep;
pub use error::Error;
pub use freshness::Freshness;
pub use sweep::{Access, Bootstrap, FollowUp, SweepOutcome, SweepRun};
pub use unattributed::{Unattributed, UnattributedReason, explain_unattributed};
pub use workers::{InventoryWorker, PROJECT, Target, WORKERS, resource_kinds};
