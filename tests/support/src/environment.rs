//! Everything around a worker.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean_sim::{RequestFilter, Simulator};
use domain::{AccountStatus, Clock, ManualClock};
use embedded_table::EmbeddedTable;
use runtime::config::{DEFAULT_EVENT_RETENTION_DAYS, DEFAULT_INTERNAL_PROJECT};
use runtime::fake::{Logs, MemoryQueue};
use runtime::{DeploymentConfig, ProviderWrites, Secrets, WorkerConfig};
use store::Table;
use tracing::subscriber::DefaultGuard;
use worker::Services;

use crate::{FakeSecrets, SECRET_PREFIX, register_account};

/// The URL of the dead-letter queue of every worker.
pub const DLQ: &str = "https://sqs.test/dlq";
/// The prefix of every token, which nothing else begins with.
pub const TOKEN_PREFIX: &str = "dop_v1_";

/// Returns the URL of a worker's queue.
#[must_use]
pub fn queue_url(worker: &str) -> String {
    format!("https://sqs.test/{worker}")
}

/// Returns the configuration of a worker that uses this simulator.
///
/// # Panics
/// Panics when the simulator has no valid URL.
#[must_use]
pub fn worker_config(worker: &str, sim: &Simulator, provider_writes: ProviderWrites) -> WorkerConfig {
    WorkerConfig {
        deployment: DeploymentConfig {
            stage: "test".to_owned(),
            table_name: embedded_table::TABLE_NAME.to_owned(),
            secret_prefix: SECRET_PREFIX.to_owned(),
            event_retention: TimeDelta::days(DEFAULT_EVENT_RETENTION_DAYS.into()),
        },
        worker: worker.to_owned(),
        digitalocean_url: sim.base_url().parse().expect("the simulator's URL"),
        provider_writes,
        strike_interval: None,
        internal_project: DEFAULT_INTERNAL_PROJECT.to_owned(),
        queue_url: queue_url(worker),
        dlq_url: DLQ.to_owned(),
    }
}

/// Returns the number of requests that a simulator received.
#[must_use]
pub fn request_count(sim: &Simulator) -> usize {
    sim.requests().count(&RequestFilter::default())
}

/// Everything that a worker uses. Log lines of the test's thread are recorded.
pub struct WorkerEnvironment {
    /// DigitalOcean, with the accounts of the seed.
    pub sim: Simulator,
    /// The table, empty at first.
    pub embedded: EmbeddedTable,
    /// All queues that workers send to.
    pub queue: Arc<MemoryQueue>,
    /// Secrets Manager, empty at first.
    pub secrets: FakeSecrets,
    /// The clock of the workers, not that of the simulator.
    pub clock: Arc<ManualClock>,
    /// The log of the workers.
    pub logs: Logs,
    _logging: DefaultGuard,
}

impl WorkerEnvironment {
    /// Starts the environment of workers that use this simulator, at this time, and log from this
    /// level on, for example `debug`.
    pub async fn start(sim: Simulator, now: DateTime<Utc>, log_level: &str) -> Self {
        let logs = Logs::default();
        let logging = tracing::subscriber::set_default(logs.subscriber(log_level));
        Self {
            sim,
            embedded: EmbeddedTable::start().await,
            queue: Arc::new(MemoryQueue::new()),
            secrets: FakeSecrets::default(),
            clock: Arc::new(ManualClock::at(now)),
            logs,
            _logging: logging,
        }
    }

    /// Registers an account, whose secrets have the usual base name.
    pub async fn register(&self, slug: &str, status: AccountStatus) {
        let secret = format!("{SECRET_PREFIX}/{slug}");
        register_account(&self.embedded.table, slug, status, &secret, self.clock.now()).await;
    }

    /// Returns what a worker works with. Secrets are fetched for every message: the cache has its
    /// own tests.
    #[must_use]
    pub fn services(&self, worker: &str, table: &Table, provider_writes: ProviderWrites) -> Services {
        let config = worker_config(worker, &self.sim, provider_writes);
        let secrets = Secrets::new(self.secrets.clone(), SECRET_PREFIX).with_ttl(Duration::ZERO);
        Services::new(config, table.clone(), secrets, self.queue.clone(), self.clock.clone())
    }

    /// Checks that no token is visible in a result, the log or the table.
    ///
    /// # Panics
    /// Panics when there is one, or when nothing was logged.
    pub async fn assert_no_token(&self, result: &str) {
        assert!(!result.contains(TOKEN_PREFIX), "{result}");
        let lines = self.logs.lines();
        assert!(!lines.is_empty(), "no line was logged");
        for line in lines.iter().chain(&self.embedded.dump().await) {
            assert!(!line.contains(TOKEN_PREFIX), "{line}");
        }
    }

    /// Returns the number of requests that the simulator received.
    #[must_use]
    pub fn request_count(&self) -> usize {
        request_count(&self.sim)
    }
}
