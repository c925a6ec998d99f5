#![doc = include_str!("../README.md")]

mod attrs;
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

pub use error::Error;
pub use freshness::Freshness;
pub use projects::Bootstrap;
pub use sweep::{Access, FollowUp, SweepOutcome, SweepRun, sweep};
pub use unattributed::{Unattributed, UnattributedReason, explain_unattributed};
pub use workers::{InventoryWorker, PROJECT, Target, WORKERS, resource_kinds};
