#![doc = include_str!("../README.md")]

pub mod calls;
pub mod definition;
pub mod dns;
mod drive;
pub mod engine;
mod operator_commands;
pub mod plan;
pub mod ports;
mod reconcile;
pub mod record;
pub mod step;
pub mod steps;
mod timing;

pub use drive::{Decide, DriveOutcome, Ports, WorkerSession, drive, drive_by};
pub use engine::operator::{CommandRefusal, OperatorCommand};
pub use operator_commands::{CommandOutcome, apply_command};
pub use reconcile::{Reconciled, reconcile};
pub use timing::{RetryLimit, Timing};
