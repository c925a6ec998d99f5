//! Lambda plumbing: typed configuration, AWS clients, secrets, telemetry, the SQS batch runner, deadlines.
//!
//! Nothing here knows what the functions do: of `domain` only the text of errors is used. An account is a slug, a worker is a name, a message carries fields that only
//! its worker understands. A function's `main.rs` is a few lines:
//!
//! ```no_run
//! use std::{process::ExitCode, sync::Arc};
//! use runtime::{AwsClients, BatchRunner, Message, SqsQueue, WorkerConfig, bootstrap};
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     bootstrap::launch(|mut init| async move {
//!         let config = WorkerConfig::from_env()?;
//!         init.phase("config");
//!         let aws = AwsClients::load().await;
//!         init.phase("aws");
//!         let runner = BatchRunner::from_config(&config, Arc::new(SqsQueue::new(aws.sqs())));
//!         bootstrap::run_queue(init, &runner, |message: Message, _deadline| async move {
//!             tracing::info!(account = message.account, "swept");
//!             Ok(())
//!         })
//!         .await
//!     })
//!     .await
//! }
//! ```

pub mod aws;
pub mod batch;
pub mod bootstrap;
pub mod config;
pub mod deadline;
mod error;
pub mod fake;
pub mod queue;
pub mod schedule;
pub mod secrets;
pub mod telemetry;

pub use aws::AwsClients;
pub use batch::{BatchRunner, Failure, Message, OrFail};
pub use bootstrap::{InitTimer, Invocation};
pub use config::{ConfigError, Env, ProviderWrites, WorkerConfig};
pub use deadline::Deadline;
pub use error::{BoxError, Error};
pub use queue::{OutgoingMessage, Queue, SqsQueue};
pub use schedule::{EventBridgeScheduler, OneTimeSchedule, Scheduler};
pub use secrets::Secrets;
pub use telemetry::Metrics;
