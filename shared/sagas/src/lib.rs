//! Provisioning sagas that always end clean.
//!
//! A saga is a durable list of steps. Whatever crashes, doubles, delays or lies, it ends succeeded, or with nothing of it left at
//! DigitalOcean, or stuck at something that only people can decide; and its ledger proves which.
//!
//! - [`record`]: what a saga is in the table. [`rim`]: what the engine needs of the world, as traits.
//! - [`engine`]: pure decisions. [`drive()`] is the loop around them, [`tell`] is for people, [`reconcile`] rings what is overdue.
//! - [`steps`], [`definition`], [`plan`], [`dns`]: what sagas do.
//!
//! The table is the truth. DigitalOcean has no idempotency keys, so a write is sent once, after its intent is durable; if its answer is
//! lost, it is looked for before anything else is written. One thing is left: a write that DigitalOcean carries out after that time. It
//! may be there twice for a while, and looks after the end take it away.

pub mod definition;
pub mod dns;
mod drive;
pub mod engine;
mod people;
pub mod plan;
mod reconcile;
pub mod record;
pub mod rim;
pub mod steps;
#[cfg(test)]
mod testkit;
mod timing;

pub use drive::{Driven, Rim, Turn, drive};
pub use engine::operator::{Refusal, Verb};
pub use people::{Heard, tell};
pub use reconcile::{Reconciled, reconcile};
pub use timing::Timing;
