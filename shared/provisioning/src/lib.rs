//! The rim of the sagas on the real world.
//!
//! `sagas` says what it needs as traits; the table's part is in `store`, and the rest is here:
//! - [`DigitalOceanProvider`] is its provider: calls on DigitalOcean, and what each of their outcomes allows to conclude.
//! - [`Doorbells`] is its bell: delayed messages on SQS, and one-time schedules for what SQS cannot delay so long.
//! - [`Announcements`] are its expectations: the inventory is told what it will see.
//!
//! [`WORKERS`] are the functions that drive sagas; [`Doorbell`] is what their messages say.

mod announce;
mod config;
mod doorbell;
mod fault;
mod model;
mod provider;
mod workers;

pub use announce::Announcements;
pub use config::{QueueAddress, SagaConfig};
pub use doorbell::{Doorbell, Doorbells};
pub use fault::{Sent, fault_of};
pub use provider::DigitalOceanProvider;
pub use workers::{COMPENSATE, EXECUTE, RECONCILE, WORKERS, Worker};
