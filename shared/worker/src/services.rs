//! The configuration and the connections that every worker function is built from.

use std::sync::Arc;

use access::DigitalOceanClients;
use domain::{Clock, SystemClock};
use runtime::{AwsClients, Queue, Secrets, SqsQueue, WorkerConfig};
use store::Table;

/// The configuration of a worker, and its connections to what is outside the process.
pub struct Services {
    /// The configuration from the environment.
    pub config: WorkerConfig,
    /// The client of the DynamoDB table.
    pub table: Table,
    /// The source of DigitalOcean clients, one an account and purpose.
    pub digitalocean: Arc<DigitalOceanClients>,
    /// The queue client that sends messages.
    pub queue: Arc<dyn Queue>,
    /// The clock that receipts, leases and records take their time from.
    pub clock: Arc<dyn Clock>,
}

impl Services {
    /// Creates the services from their parts; tests pass fakes.
    #[must_use]
    pub fn new(
        config: WorkerConfig,
        table: Table,
        secrets: Secrets,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let url = config.digitalocean_url.clone();
        let digitalocean = Arc::new(DigitalOceanClients::new(url, secrets, table.clone(), clock.clone()));
        Self { config, table, digitalocean, queue, clock }
    }

    /// Creates the services on AWS; it makes no request.
    pub(crate) fn on_aws(config: WorkerConfig, aws: &AwsClients) -> Self {
        let deployment = &config.deployment;
        let table = Table::new(aws.dynamodb(), &deployment.table_name).keep_events_for(deployment.event_retention);
        let secrets = Secrets::new(aws.secretsmanager(), &deployment.secret_prefix);
        Self::new(config, table, secrets, Arc::new(SqsQueue::new(aws.sqs())), Arc::new(SystemClock))
    }
}
