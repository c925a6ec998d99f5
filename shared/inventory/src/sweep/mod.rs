//! The sweeps of resources, from what they are given ([`SweepRun`]) over the [`plan`] to the
//! result. What runs them, with lease and receipt, is the function [`crate::sweep()`].

pub(crate) mod fast_poll;
mod kind_sweep;
pub(crate) mod listed;
pub mod plan;
mod project_record;
mod records;
mod result;
mod run;
pub(crate) mod scan;

pub(crate) use kind_sweep::{KindSweep, SweptKind};
pub(crate) use project_record::facts_of_project;
pub(crate) use records::Records;
pub(crate) use result::{SweepCounts, SweepResult, public_message, status_with_holds};
pub use run::{Access, Bootstrap, FollowUp, SweepOutcome, SweepRun};
