//! A worker's function: the real batch runner, worker and client, in a process of their own as on Lambda. Only what AWS gives is stood in
//! for: the queue is in memory, the token is at hand, and DynamoDB is another process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::DigitalOcean;
use anyhow::{Context as _, Result, bail};
use domain::{AccountId, Clock as _, RunId, SystemClock};
use embedded_table::Requests;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use inventory::{Target, Worker};
use runtime::fake::{MemoryQueue, event, invocation, record};
use runtime::secrets::{FetchError, SecretSource};
use runtime::{BatchRunner, Message, ProviderWrites, Secrets, WorkerConfig, telemetry};
use secrecy::SecretString;
use sync_worker::SyncWorker;
use url::Url;

use super::usage;
use crate::account::{INTERNAL, NAME, TOKEN};
use crate::measured::{Lane, Run, Table};

const QUEUE: &str = "https://sqs.test/queue";
const DEAD_LETTERS: &str = "https://sqs.test/dead-letters";
/// The time of an invocation, as in the template.
const TIMEOUT: Duration = Duration::from_secs(300);
/// A sweep that sends itself on more often than this is going in circles.
const MESSAGES: u32 = 200;

/// Prints its log as the function does, and last what it took.
pub(super) async fn run(worker: &str, table: &str, digitalocean: Url) -> Result<()> {
    let started = Instant::now();
    telemetry::init();
    let worker = Worker::named(worker).with_context(|| format!("no worker is named {worker}"))?;
    let requests = Requests::metered();
    let messages = handle_all(function(worker, embedded_table::connect(table, &requests), digitalocean)).await?;
    let counts = requests.counts();
    let run = Run {
        worker: worker.name.to_owned(),
        messages,
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: usage::cpu().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
        table: Table::from(counts),
        // What is read now is no part of what is measured.
        lanes: lanes(worker, &embedded_table::connect(table, &Requests::default())).await?,
        ..Run::default()
    };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// The function, put together as its `main` does it.
fn function(worker: &'static Worker, table: store::Table, digitalocean: Url) -> (SyncWorker, Arc<MemoryQueue>) {
    let queue = Arc::new(MemoryQueue::new());
    let clock = Arc::new(SystemClock);
    let config = WorkerConfig {
        stage: "benchmark".to_owned(),
        table_name: embedded_table::TABLE_NAME.to_owned(),
        worker: worker.name.to_owned(),
        digitalocean_url: digitalocean.clone(),
        provider_writes: ProviderWrites::Allow,
        strike_interval: None,
        internal_project: INTERNAL.to_owned(),
        event_retention_days: 400,
        secret_prefix: crate::mirror::SECRET_PREFIX.to_owned(),
        queue_url: QUEUE.to_owned(),
        dlq_url: DEAD_LETTERS.to_owned(),
    };
    let secrets = Secrets::new(OneToken, &config.secret_prefix);
    let digitalocean = DigitalOcean::new(digitalocean, secrets, table.clone(), clock.clone());
    (SyncWorker { worker, config, table, digitalocean, queue: queue.clone(), clock }, queue)
}

/// Handles a message for the account and all that come of it; says how many those were.
async fn handle_all((worker, queue): (SyncWorker, Arc<MemoryQueue>)) -> Result<u32> {
    let runner = BatchRunner::from_config(&worker.config, queue.clone());
    let run_id = RunId::random();
    let first = Message::new(worker.worker.name, NAME, SystemClock.now(), run_id.as_str());
    let mut open = vec![first.to_body()];
    let (mut handled, mut seen) = (0, 0);
    while let Some(body) = open.pop() {
        let batch = event(vec![record(&format!("m-{handled}"), &body)]);
        let invocation = invocation(TIMEOUT);
        let answer = runner.run_batch(batch, &invocation, |message, deadline| worker.handle(message, deadline)).await;
        if !answer?.batch_item_failures.is_empty() || !queue.sent(DEAD_LETTERS).is_empty() {
            bail!("a message failed; its log says why");
        }
        handled += 1;
        if handled >= MESSAGES {
            bail!("{MESSAGES} messages, and no end");
        }
        // Delays are for others to get a turn; nobody else is here.
        let sent = queue.sent(QUEUE);
        open.extend(sent.iter().skip(seen).map(|message| message.body.clone()));
        seen = sent.len();
    }
    Ok(handled)
}

async fn lanes(worker: &Worker, table: &store::Table) -> Result<Vec<Lane>> {
    let account = AccountId::new(NAME)?;
    let mut lanes = Vec::new();
    for target in worker.targets {
        let kind = target.lane();
        let lane = table.lane(&account, &kind).await?.and_then(|lane| lane.last);
        let receipt = lane.with_context(|| format!("{kind} left no receipt"))?;
        lanes.push(Lane {
            lane: kind.to_string(),
            parent: match target {
                Target::Children(kind) => Some(kind.parent_kind().to_string()),
                Target::Projects | Target::FastDroplets | Target::Listed(_) => None,
            },
            complete: receipt.status.is_complete(),
            items: receipt.items,
            pages: receipt.pages,
            requests: receipt.requests,
            changes: receipt.changes.total(),
        });
    }
    Ok(lanes)
}

impl From<embedded_table::Counts> for Table {
    fn from(counts: embedded_table::Counts) -> Self {
        Self {
            requests: counts.requests,
            writes: counts.writes,
            items_written: counts.written.len(),
            read_units: counts.read_units,
            write_units: counts.write_units,
        }
    }
}

/// A Secrets Manager with the simulator's token for every purpose.
struct OneToken;

impl SecretSource for OneToken {
    fn fetch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async { Ok(SecretString::from(TOKEN)) }.boxed()
    }
}
