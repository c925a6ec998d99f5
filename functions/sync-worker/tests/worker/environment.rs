//! The test environment: a sync worker, everything around it, and access to what it writes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use digitalocean_sim::{Seed, Simulator};
use domain::{AccountStatus, Clock, SyncState};
use inventory::InventoryWorker;
use runtime::{Deadline, Failure, Message, OutgoingMessage, ProviderWrites};
use sync_worker::SyncWorker;
use test_support::{WorkerEnvironment, account_id};
use worker::MessageHandler;

pub(crate) const QUEUE: &str = "https://sqs.test/droplets";
/// The name of the secret with the demo account's token.
pub(crate) const SECRET: &str = "arcadia/test/do/demo/sync";
const DEADLINE: Duration = Duration::from_secs(300);

/// A worker with everything that it uses. Its log lines are recorded.
pub(crate) struct TestEnvironment {
    around: WorkerEnvironment,
    pub(crate) worker: Arc<SyncWorker>,
}

impl Deref for TestEnvironment {
    type Target = WorkerEnvironment;

    fn deref(&self) -> &WorkerEnvironment {
        &self.around
    }
}

impl TestEnvironment {
    /// Creates the worker `droplets`, a few seconds after the messages of `events/` were sent. The
    /// demo account is registered and has its token.
    pub(crate) async fn new() -> Self {
        Self::of("droplets", "2026-04-12T12:00:05Z".parse().unwrap()).await
    }

    /// Creates the environment of any worker at any time.
    pub(crate) async fn of(name: &str, now: DateTime<Utc>) -> Self {
        let around = WorkerEnvironment::start(Simulator::start(Seed::demo()).await.unwrap(), now, "trace").await;
        let services = around.services(name, &around.embedded.table, ProviderWrites::Allow);
        let worker = Arc::new(SyncWorker { worker: InventoryWorker::named(name).unwrap(), services });
        let environment = Self { around, worker };
        environment.register("demo", AccountStatus::Enabled).await;
        environment.secrets.put(SECRET, &[&environment.token()]);
        environment
    }

    pub(crate) fn token(&self) -> String {
        self.sim.account("demo").token("sync")
    }

    /// Returns the messages that the worker sent to its own queue.
    pub(crate) fn sent(&self) -> Vec<OutgoingMessage> {
        self.queue.sent(&self.worker.services.config.queue_url)
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

    /// Reads the sync state of the worker's first target in the demo account.
    pub(crate) async fn sync_state(&self) -> Option<SyncState> {
        let demo = account_id("demo");
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

    /// Returns the keys of the items whose key has this prefix.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let dump = self.embedded.dump().await.into_iter().filter(|item| item.starts_with(prefix));
        dump.map(|item| item.split_once(" {").unwrap().0.to_owned()).collect()
    }
}
