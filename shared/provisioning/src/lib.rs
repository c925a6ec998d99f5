#![doc = include_str!("../README.md")]

mod config;
mod expectations;
mod fault;
mod model;
mod provider;
mod wake_up_queue;
mod workers;

pub use config::{QueueAddress, SagaConfig};
pub use expectations::TableExpectations;
pub use provider::DigitalOceanProvider;
pub use wake_up_queue::{WakeUp, WakeUpQueue};
pub use workers::{COMPENSATE, EXECUTE, RECONCILE, SagaFunction, WORKERS};
