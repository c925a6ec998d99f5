//! Everything around a worker, and what it leaves behind.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::DigitalOceanClients;
use chrono::{DateTime, Utc};
use digitalocean_sim::{RequestFilter, Seed, Simulator};
use domain::{Account, AccountId, AccountStatus, Clock, ManualClock, SyncState};
use embedded_table::EmbeddedTable;
use futures::FutureExt;
use futures::future::BoxFuture;
use inventory::InventoryWorker;
use runtime::fake::{Logs, MemoryQueue};
use runtime::secrets::{FetchError, SecretSource};
use runtime::{Deadline, Failure, Message, ProviderWrites, Secrets, WorkerConfig};
use secrecy::SecretString;
use sync_worker::SyncWorker;
use tracing::subscriber::DefaultGuard;

pub(crate) const QUEUE: &str = "https://sqs.test/droplets";
pub(crate) const DLQ: &str = "https://sqs.test/droplets-dlq";
/// The name of the demo account's token.
pub(crate) const SECRET: &str = "arcadia/test/do/demo/sync";
/// What every token begins with, and nothing else does.
pub(crate) const TOKEN_PREFIX: &str = "dop_v1_";
const DEADLINE: Duration = Duration::from_secs(300);

/// A Secrets Manager: what each fetch of a name gives, the last one for ever.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Mutex<Shelf>>);

#[derive(Default)]
struct Shelf {
    values: HashMap<String, VecDeque<String>>,
    throttled: Vec<String>,
    fetches: usize,
}

impl Vault {
    pub(crate) fn put(&self, name: &str, values: &[&str]) {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        self.0.lock().unwrap().values.insert(name.to_owned(), values);
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap().values.remove(name);
    }

    /// Secrets whose names begin so are not answered for any more.
    pub(crate) fn throttle(&self, names: &str) {
        self.0.lock().unwrap().throttled.push(names.to_owned());
    }

    pub(crate) fn fetches(&self) -> usize {
        self.0.lock().unwrap().fetches
    }
}

impl SecretSource for Vault {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            let mut shelf = self.0.lock().unwrap();
            shelf.fetches += 1;
            if shelf.throttled.iter().any(|throttled| name.starts_with(throttled)) {
                return Err(FetchError::Failed("ThrottlingException: Rate exceeded".into()));
            }
            let values = shelf.values.get_mut(name).ok_or(FetchError::NotFound)?;
            let value = if values.len() > 1 { values.pop_front() } else { values.front().cloned() };
            Ok(value.unwrap_or_default().into())
        }
        .boxed()
    }
}

/// A worker and all it can reach. What it logs is kept.
pub(crate) struct TestEnvironment {
    pub(crate) sim: Simulator,
    pub(crate) embedded: EmbeddedTable,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) logs: Logs,
    pub(crate) worker: Arc<SyncWorker>,
    _logging: DefaultGuard,
}

impl TestEnvironment {
    /// The worker `droplets` a few seconds after the messages of `events/` were sent; the demo account is registered and has its token.
    pub(crate) async fn new() -> Self {
        Self::of("droplets", "2026-04-12T12:00:05Z".parse().unwrap()).await
    }

    /// The same for another worker at another time.
    pub(crate) async fn of(name: &str, now: DateTime<Utc>) -> Self {
        let logs = Logs::default();
        let logging = tracing::subscriber::set_default(logs.subscriber("trace"));
        let sim = Simulator::start(Seed::demo()).await.unwrap();
        let embedded = EmbeddedTable::start().await;
        let queue = Arc::new(MemoryQueue::new());
        let vault = Vault::default();
        let clock = Arc::new(ManualClock::at(now));
        let config = WorkerConfig {
            stage: "test".to_owned(),
            table_name: embedded_table::TABLE_NAME.to_owned(),
            worker: name.to_owned(),
            digitalocean_url: sim.base_url().parse().unwrap(),
            provider_writes: ProviderWrites::Allow,
            strike_interval: None,
            internal_project: "skyai-internal".to_owned(),
            event_retention_days: 400,
            secret_prefix: "arcadia/test/do".to_owned(),
            queue_url: QUEUE.to_owned(),
            dlq_url: DLQ.to_owned(),
        };
        // Values are fetched for every message: what a cache does is `Secrets`' own matter.
        let secrets = Secrets::new(vault.clone(), &config.secret_prefix).with_ttl(Duration::ZERO);
        let worker = Arc::new(SyncWorker {
            worker: InventoryWorker::named(name).unwrap(),
            digitalocean: DigitalOceanClients::new(
                config.digitalocean_url.clone(),
                secrets,
                embedded.table.clone(),
                clock.clone(),
            ),
            config,
            table: embedded.table.clone(),
            queue: queue.clone(),
            clock: clock.clone(),
        });
        let environment = Self { sim, embedded, queue, vault, clock, logs, worker, _logging: logging };
        environment.register("demo", AccountStatus::Enabled).await;
        environment.vault.put(SECRET, &[&environment.token()]);
        environment
    }

    pub(crate) fn token(&self) -> String {
        self.sim.account("demo").token("sync")
    }

    pub(crate) async fn register(&self, slug: &str, status: AccountStatus) {
        self.register_with(slug, status, &format!("arcadia/test/do/{slug}")).await;
    }

    /// An account whose tokens are under another name than its own.
    pub(crate) async fn register_with(&self, slug: &str, status: AccountStatus, secret: &str) {
        let now = self.clock.now();
        let account = Account {
            account: AccountId::new(slug).unwrap(),
            name: slug.to_owned(),
            secret: secret.to_owned(),
            status,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let audit = store::AuditEntry {
            id: format!("request-{slug}"),
            at: now,
            actor: "somebody".to_owned(),
            action: "account.register".to_owned(),
            target: slug.to_owned(),
            values: serde_json::Value::Null,
        };
        self.embedded.table.register_account(&account, &audit).await.unwrap();
    }

    /// The message for an account, asked for just now.
    pub(crate) fn message(&self, account: &str) -> Message {
        Message::new(self.worker.worker.name, account, self.clock.now(), "run-1")
    }

    /// Handles a message; whatever comes of it, no token is to be seen anywhere.
    pub(crate) async fn handle(&self, message: Message) -> Result<(), Failure> {
        let result = self.worker.handle(message, Deadline::after(DEADLINE)).await;
        self.assert_no_token(&format!("{result:?}")).await;
        result
    }

    pub(crate) async fn assert_no_token(&self, result: &str) {
        assert!(!result.contains(TOKEN_PREFIX), "{result}");
        let lines = self.logs.lines();
        assert!(!lines.is_empty(), "nothing is logged");
        for line in lines.iter().chain(&self.embedded.dump().await) {
            assert!(!line.contains(TOKEN_PREFIX), "{line}");
        }
    }

    /// The lane of the worker's first target, in the demo account.
    pub(crate) async fn lane(&self) -> Option<SyncState> {
        let demo = AccountId::new("demo").unwrap();
        self.embedded.table.sync_state(&demo, &self.worker.worker.targets[0].sync_kind()).await.unwrap()
    }

    /// The error that the sync state shows.
    pub(crate) async fn shown_error(&self) -> String {
        self.lane().await.and_then(|lane| lane.last).and_then(|receipt| receipt.error).expect("an error is shown")
    }

    /// The messages of the lines of this level.
    pub(crate) fn logged(&self, level: &str) -> Vec<String> {
        let lines = self.logs.parsed();
        lines.iter().filter(|line| line["level"] == level).map(ToString::to_string).collect()
    }

    /// The requests that DigitalOcean got.
    pub(crate) fn asked(&self) -> usize {
        self.sim.requests().count(&RequestFilter::default())
    }

    /// The keys of items that begin so.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let dump = self.embedded.dump().await.into_iter().filter(|item| item.starts_with(prefix));
        dump.map(|item| item.split_once(" {").unwrap().0.to_owned()).collect()
    }
}

/// What becomes of a message, in a word.
pub(crate) fn outcome_text(result: &Result<(), Failure>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Failure::Retry { .. }) => "retry".to_owned(),
        Err(Failure::Later { delay, .. }) => format!("later {}", delay.as_secs()),
        Err(Failure::Terminal { .. }) => "terminal".to_owned(),
    }
}
