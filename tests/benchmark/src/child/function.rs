//! The environment of a worker in a function: the real batch runner and configuration. Only the AWS
//! services are replaced: the queue is in memory, and the token is a constant.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use domain::SystemClock;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use runtime::fake::{MemoryQueue, event, invocation, record};
use runtime::secrets::{FetchError, SecretSource};
use runtime::{
    BatchRunner, Deadline, DeploymentConfig, Failure, Message, ProviderWrites, Queue, Secrets, WorkerConfig,
};
use secrecy::SecretString;
use store::Table;
use url::Url;
use worker::Services;

use crate::account::{INTERNAL_PROJECT, SECRET_PREFIX, TOKEN};

const QUEUE: &str = "https://sqs.test/queue";
const DEAD_LETTERS: &str = "https://sqs.test/dead-letters";
/// The timeout of an invocation, as in template.yaml.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The number of messages after which a run fails: a worker that sends itself this many to continue
/// never ends.
const MESSAGES: u32 = 200;

/// Returns the configuration of a worker's function.
pub(super) fn config(worker: &str, digitalocean: Url) -> WorkerConfig {
    WorkerConfig {
        deployment: DeploymentConfig {
            stage: "benchmark".to_owned(),
            table_name: embedded_table::TABLE_NAME.to_owned(),
            secret_prefix: SECRET_PREFIX.to_owned(),
            event_retention: chrono::TimeDelta::days(400),
        },
        worker: worker.to_owned(),
        digitalocean_url: digitalocean,
        provider_writes: ProviderWrites::Allow,
        strike_interval: None,
        internal_project: INTERNAL_PROJECT.to_owned(),
        queue_url: QUEUE.to_owned(),
        dlq_url: DEAD_LETTERS.to_owned(),
    }
}

/// Returns what a worker works with.
pub(super) fn services(config: WorkerConfig, table: Table, queue: Arc<dyn Queue>) -> Services {
    let secrets = Secrets::new(StaticToken, &config.deployment.secret_prefix);
    Services::new(config, table, secrets, queue, Arc::new(SystemClock))
}

/// Handles a message and all messages that the worker sends to its own queue. Returns the number of
/// handled messages.
pub(super) async fn handle_all<H, Fut>(
    config: &WorkerConfig,
    queue: Arc<MemoryQueue>,
    first: &Message,
    handle: H,
) -> Result<u32>
where
    H: Fn(Message, Deadline) -> Fut,
    Fut: Future<Output = Result<(), Failure>>,
{
    let runner = BatchRunner::from_config(config, queue.clone());
    let mut open = vec![first.to_body()];
    let (mut handled, mut seen) = (0, 0);
    while let Some(body) = open.pop() {
        let batch = event(vec![record(&format!("m-{handled}"), &body)]);
        let invocation = invocation(TIMEOUT);
        let answer = runner.run_batch(batch, &invocation, &handle).await;
        if !answer?.batch_item_failures.is_empty() || !queue.sent(DEAD_LETTERS).is_empty() {
            bail!("handling a message failed; the log has the error");
        }
        handled += 1;
        if handled >= MESSAGES {
            bail!("the worker still sends messages after {MESSAGES} of them");
        }
        // Delays let other messages be handled first. There are no others here, so delays are
        // ignored.
        let sent = queue.sent(QUEUE);
        open.extend(sent.iter().skip(seen).map(|message| message.body.clone()));
        seen = sent.len();
    }
    Ok(handled)
}

/// A Secrets Manager with the simulator's token for every purpose.
struct StaticToken;

impl SecretSource for StaticToken {
    fn fetch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async { Ok(SecretString::from(TOKEN)) }.boxed()
    }
}
