//! The test environment: fakes of everything that a worker uses, and access to what it writes.

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
/// The name of the secret with the demo account's token.
pub(crate) const SECRET: &str = "arcadia/test/do/demo/sync";
/// The prefix of every token, which nothing else begins with.
pub(crate) const TOKEN_PREFIX: &str = "dop_v1_";
const DEADLINE: Duration = Duration::from_secs(300);

/// A fake Secrets Manager. A secret with several values returns them one after another, and the
/// last one from then on.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Mutex<VaultState>>);

#[derive(Default)]
struct VaultState {
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

    /// Makes all further fetches of secrets with this prefix fail.
    pub(crate) fn throttle(&self, prefix: &str) {
        self.0.lock().unwrap().throttled.push(prefix.to_owned());
    }

    pub(crate) fn fetches(&self) -> usize {
        self.0.lock().unwrap().fetches
    }
}

impl SecretSource for Vault {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            let mut state = self.0.lock().unwrap();
            state.fetches += 1;
            if state.throttled.iter().any(|throttled| name.starts_with(throttled)) {
                return Err(FetchError::Failed("ThrottlingException: Rate exceeded".into()));
            }
            let values = state.values.get_mut(name).ok_or(FetchError::NotFound)?;
            let value = if values.len() > 1 { values.pop_front() } else { values.front().cloned() };
            Ok(value.unwrap_or_default().into())
        }
        .boxed()
    }
}

/// A worker with everything that it uses. Its log lines are recorded.
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
    /// Creates the worker `droplets`, a few seconds after the messages of `events/` were sent. The
    /// demo account is registered and has its token.
    pub(crate) async fn new() -> Self {
        Self::of("droplets", "2026-04-12T12:00:05Z".parse().unwrap()).await
    }

    /// Creates the environment of any worker at any time.
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
        // Values are fetched for every message: the cache has its own tests.
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

    /// Registers an account whose secrets have this base name.
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
            actor: "operator".to_owned(),
            action: "account.register".to_owned(),
            target: slug.to_owned(),
            values: serde_json::Value::Null,
        };
        self.embedded.table.register_account(&account, &audit).await.unwrap();
    }

    /// Creates a message for an account, scheduled now.
    pub(crate) fn message(&self, account: &str) -> Message {
        Message::new(self.worker.worker.name, account, self.clock.now(), "run-1")
    }

    /// Handles a message, and checks that no token is visible in the result, the log or the table.
    pub(crate) async fn handle(&self, message: Message) -> Result<(), Failure> {
        let result = self.worker.handle(message, Deadline::after(DEADLINE)).await;
        self.assert_no_token(&format!("{result:?}")).await;
        result
    }

    pub(crate) async fn assert_no_token(&self, result: &str) {
        assert!(!result.contains(TOKEN_PREFIX), "{result}");
        let lines = self.logs.lines();
        assert!(!lines.is_empty(), "no line was logged");
        for line in lines.iter().chain(&self.embedded.dump().await) {
            assert!(!line.contains(TOKEN_PREFIX), "{line}");
        }
    }

    /// Reads the sync state of the worker's first target in the demo account.
    pub(crate) async fn sync_state(&self) -> Option<SyncState> {
        let demo = AccountId::new("demo").unwrap();
        self.embedded.table.sync_state(&demo, &self.worker.worker.targets[0].sync_kind()).await.unwrap()
    }

    /// Returns the error of the last receipt in the sync state.
    pub(crate) async fn receipt_error(&self) -> String {
        self.sync_state()
            .await
            .and_then(|state| state.last)
            .and_then(|receipt| receipt.error)
            .expect("the receipt has an error")
    }

    /// Returns the log lines with this level.
    pub(crate) fn logged(&self, level: &str) -> Vec<String> {
        let lines = self.logs.parsed();
        lines.iter().filter(|line| line["level"] == level).map(ToString::to_string).collect()
    }

    /// Returns the number of requests that the simulator received.
    pub(crate) fn request_count(&self) -> usize {
        self.sim.requests().count(&RequestFilter::default())
    }

    /// Returns the keys of the items whose key has this prefix.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let dump = self.embedded.dump().await.into_iter().filter(|item| item.starts_with(prefix));
        dump.map(|item| item.split_once(" {").unwrap().0.to_owned()).collect()
    }
}

/// Returns the outcome of a message in a word, for example `done` or `retry`.
pub(crate) fn outcome_text(result: &Result<(), Failure>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Failure::Retry { .. }) => "retry".to_owned(),
        Err(Failure::Later { delay, .. }) => format!("later {}", delay.as_secs()),
        Err(Failure::Terminal { .. }) => "terminal".to_owned(),
    }
}
