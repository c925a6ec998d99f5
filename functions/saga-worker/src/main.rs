//! The entry point of the saga workers; the environment variable WORKER selects one.

use std::process::ExitCode;
use std::sync::Arc;

use access::DigitalOceanClients;
use domain::SystemClock;
use provisioning::{SagaConfig, SagaFunction, WakeUpQueue};
use runtime::{AwsClients, BatchRunner, EventBridgeScheduler, Secrets, SqsQueue, WorkerConfig, bootstrap};
use saga_worker::SagaWorker;
use sagas::steps::STEPS;
use store::Table;

#[tokio::main]
async fn main() -> ExitCode {
    bootstrap::launch(|mut init| async move {
        let config = WorkerConfig::from_env()?;
        let sagas = SagaConfig::from_env()?;
        let worker =
            SagaFunction::named(&config.worker).ok_or_else(|| format!("no worker is named {}", config.worker))?;
        init.phase("config");
        let aws = AwsClients::load().await;
        let table = Table::new(aws.dynamodb(), &config.table_name);
        let queue = Arc::new(SqsQueue::new(aws.sqs()));
        let (group, role) = (sagas.schedule_group.clone(), sagas.schedule_role_arn.clone());
        let scheduler = Arc::new(EventBridgeScheduler::new(aws.scheduler(), group, role));
        let clock = Arc::new(SystemClock);
        let secrets = Secrets::new(aws.secretsmanager(), &config.secret_prefix);
        let (url, timing) = (config.digitalocean_url.clone(), sagas.timing.clone());
        let digitalocean = Arc::new(DigitalOceanClients::new(url, secrets, table.clone(), clock.clone()));
        let notifier = WakeUpQueue::new(&sagas, queue.clone(), scheduler, clock.clone());
        init.phase("clients");
        table.warm_up().await;
        init.phase("warm_up");
        let runner = BatchRunner::from_config(&config, queue);
        let worker = SagaWorker { worker, config, timing, steps: STEPS, table, digitalocean, notifier, clock };
        let worker = Arc::new(worker);
        bootstrap::run_queue(init, &runner, move |message, deadline| {
            let worker = worker.clone();
            async move { worker.handle(message, deadline).await }
        })
        .await
    })
    .await
}
