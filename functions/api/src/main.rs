//! The entry point of the API's Lambda functions: only wiring.

use std::process::ExitCode;
use std::sync::Arc;

use api::http::gateway;
use api::provisioning::Provisioning;
use api::{ApiConfig, AppState, CursorKeys};
use domain::{Clock, SystemClock};
use runtime::{AwsClients, SqsQueue, bootstrap};
use store::Table;

#[tokio::main]
async fn main() -> ExitCode {
    bootstrap::launch(|mut init| async move {
        let config = ApiConfig::from_env()?;
        init.phase("config");
        let aws = AwsClients::load().await;
        init.phase("aws");
        let table = Table::new(aws.dynamodb(), &config.deployment.table_name)
            .keep_events_for(config.deployment.event_retention);
        table.warm_up().await;
        init.phase("table");
        let queue = Arc::new(SqsQueue::new(aws.sqs()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let provisioning = Provisioning::from_env(&aws, &config.deployment.secret_prefix, &table, &clock)?;
        let cursor_keys = CursorKeys::new(aws.secretsmanager(), &config.cursor_secret);
        let router = api::router(AppState::new(config, table, queue, clock, cursor_keys, provisioning));
        init.phase("router");
        gateway::run(init, router).await
    })
    .await
}
