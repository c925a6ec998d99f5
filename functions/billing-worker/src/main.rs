//! The entry point of the billing workers' Lambda functions: only wiring.

use std::process::ExitCode;
use std::sync::Arc;

use access::DigitalOceanClients;
use billing::BillingWorkerSpec;
use billing_worker::{BillingWorker, InventoryCache, ingest_queue_url};
use domain::SystemClock;
use runtime::{AwsClients, BatchRunner, Env, Secrets, SqsQueue, WorkerConfig, bootstrap};
use store::Table;

#[tokio::main]
async fn main() -> ExitCode {
    bootstrap::launch(|mut init| async move {
        let config = WorkerConfig::from_env()?;
        let worker = BillingWorkerSpec::by_name(&config.worker)
            .ok_or_else(|| format!("no worker is named {}", config.worker))?;
        let ingest_queue_url = ingest_queue_url(worker, &config, Env::from_process())?;
        init.phase("config");
        let aws = AwsClients::load().await;
        let table = Table::new(aws.dynamodb(), &config.table_name);
        let queue = Arc::new(SqsQueue::new(aws.sqs()));
        let clock = Arc::new(SystemClock);
        let secrets = Secrets::new(aws.secretsmanager(), &config.secret_prefix);
        let digitalocean =
            DigitalOceanClients::new(config.digitalocean_url.clone(), secrets, table.clone(), clock.clone());
        init.phase("clients");
        table.warm_up().await;
        init.phase("warm_up");
        let runner = BatchRunner::from_config(&config, queue.clone());
        let worker = Arc::new(BillingWorker {
            worker,
            config,
            ingest_queue_url,
            table,
            digitalocean,
            queue,
            clock,
            inventory_cache: InventoryCache::default(),
        });
        bootstrap::run_queue(init, &runner, move |message, deadline| {
            let worker = worker.clone();
            async move { worker.handle(message, deadline).await }
        })
        .await
    })
    .await
}
