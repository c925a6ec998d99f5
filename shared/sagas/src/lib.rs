#![doc = include_str!("../README.md")]

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
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
mod timing;

pub use drive::{Driven, Rim, Turn, drive};
pub use engine::operator::{Refusal, Verb};
pub use people::{Heard, tell};
pub use reconcile::{Reconciled, reconcile};
pub use timing::Timing;
