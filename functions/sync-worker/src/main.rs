//! The entry point of the sync workers' Lambda functions: only wiring.

use std::process::ExitCode;
use std::sync::Arc;

use access::DigitalOceanClients;
use chrono::TimeDelta;
use domain::SystemClock;
use inventory::InventoryWorker;
use runtime::{AwsClients, BatchRunner, Secrets, SqsQueue, WorkerConfig, bootstrap};
use store::Table;
use sync_worker::SyncWorker;

#[tokio::main]
async fn main() -> ExitCode {
    bootstrap::launch(|mut init| async move {
        let config = WorkerConfig::from_env()?;
        let worker =
            InventoryWorker::named(&config.worker).ok_or_else(|| format!("no worker is named {}", config.worker))?;
        init.phase("config");
        let aws = AwsClients::load().await;
        let retention = TimeDelta::days(i64::from(config.event_retention_days));
        let table = Table::new(aws.dynamodb(), &config.table_name).keep_events_for(retention);
        let queue = Arc::new(SqsQueue::new(aws.sqs()));
        let clock = Arc::new(SystemClock);
        let secrets = Secrets::new(aws.secretsmanager(), &config.secret_prefix);
        let digitalocean =
            DigitalOceanClients::new(config.digitalocean_url.clone(), secrets, table.clone(), clock.clone());
        init.phase("clients");
        table.warm_up().await;
        init.phase("warm_up");
        let runner = BatchRunner::from_config(&config, queue.clone());
        let worker = Arc::new(SyncWorker { worker, config, table, digitalocean, queue, clock });
        bootstrap::run_queue(init, &runner, move |message, deadline| {
            let worker = worker.clone();
            async move { worker.handle(message, deadline).await }
        })
        .await
    })
    .await
}
