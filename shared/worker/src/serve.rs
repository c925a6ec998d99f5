//! The `main` of every worker.

use std::process::ExitCode;

use futures::future::BoxFuture;
use runtime::{AwsClients, BatchRunner, BoxError, Deadline, Failure, Message, WorkerConfig, bootstrap};

use crate::Services;

/// A worker that handles the messages of its queue.
pub trait MessageHandler: Send + Sync {
    /// Handles one message. The future is boxed, because the requests of a message nest futures
    /// deeper than the compiler's limit.
    ///
    /// # Errors
    /// Says what becomes of the message if it was not completed: retry, later, or dead letter.
    fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>>;
}

/// Starts the worker that the environment variable `WORKER` names and serves its queue until Lambda
/// ends the process. `named` finds the worker's description, `build` adds what the function has
/// beyond [`Services`].
pub async fn serve<D: 'static, W: MessageHandler>(
    named: fn(&str) -> Option<&'static D>,
    build: impl FnOnce(&'static D, Services, &AwsClients) -> Result<W, BoxError>,
) -> ExitCode {
    bootstrap::launch(|mut init| async move {
        let config = WorkerConfig::from_env()?;
        let description = named(&config.worker).ok_or_else(|| format!("no worker is named {}", config.worker))?;
        init.phase("config");
        let aws = AwsClients::load().await;
        let services = Services::on_aws(config, &aws);
        let (runner, table) =
            (BatchRunner::from_config(&services.config, services.queue.clone()), services.table.clone());
        let worker = build(description, services, &aws)?;
        init.phase("clients");
        table.warm_up().await;
        init.phase("warm_up");
        bootstrap::run_queue(init, &runner, |message, deadline| worker.handle(message, deadline)).await
    })
    .await
}
