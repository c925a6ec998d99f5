#![doc = include_str!("../README.md")]

pub mod aws;
pub mod batch;
pub mod bootstrap;
pub mod config;
pub mod deadline;
mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
mod invocation;
pub mod queue;
pub mod schedule;
pub mod secrets;
pub mod telemetry;

pub use aws::AwsClients;
pub use batch::{BatchRunner, Failure, Message};
pub use bootstrap::InitTimer;
pub use config::{ConfigError, DeploymentConfig, Env, ProviderWrites, WorkerConfig};
pub use deadline::Deadline;
pub use error::{BoxError, Error};
pub use invocation::Invocation;
pub use queue::{OutgoingMessage, Queue, SqsQueue};
pub use schedule::{EventBridgeScheduler, OneTimeSchedule, Scheduler};
pub use secrets::Secrets;

pub use telemetry::Metrics;
