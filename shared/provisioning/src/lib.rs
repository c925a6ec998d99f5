//! The ports of the sagas on the real world.
//!
//! `sagas` says what it needs as traits; the table's part is in `store`, and the rest is here:
//! - [`DigitalOceanProvider`] is its provider: calls on DigitalOcean, and what each of their outcomes allows to conclude.
//! - [`WakeUpQueue`] is its bell: delayed messages on SQS, and one-time schedules for what SQS cannot delay so long.
//! - [`TableExpectations`] are its expectations: the inventory is told what it will see.
//!
//! [`WORKERS`] are the functions that drive sagas; [`WakeUp`] is what their messages say.

mod config;
mod expectations;
mod fault;
mod model;
mod provider;
mod wake_up_queue;
mod workers;

pub use config::{QueueAddress, SagaConfig};
pub use expectations::TableExpectations;
pub use fault::{RequestKind, fault_of};
pub use provider::DigitalOceanProvider;
pub use wake_up_queue::{WakeUp, WakeUpQueue};
pub use workers::{COMPENSATE, EXECUTE, RECONCILE, SagaFunction, WORKERS};
