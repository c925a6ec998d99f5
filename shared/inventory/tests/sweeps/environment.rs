//! A simulated account, an embedded table and a clock that tests move.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, ClientConfig, RetryPolicy, Token};
use digitalocean_sim::{Droplet, Seed, Simulator};
use domain::{AccountId, Clock, Kind, ManualClock, ProviderId, Receipt, Resource, ResourceKey, RunId};
use embedded_table::EmbeddedTable;
use inventory::{Access, Bootstrap, FollowUp, InventoryWorker, SweepOutcome, SweepRun, Target};
use store::Table;

/// The account that all tests use.
pub(crate) const ACCOUNT: &str = "demo";

/// The simulator, the table, the clock and the settings of a sweep.
pub(crate) struct TestEnvironment {
    pub(crate) sim: Simulator,
    pub(crate) embedded: EmbeddedTable,
    pub(crate) clock: ManualClock,
    pub(crate) strike_interval: TimeDelta,
    pub(crate) access: Access,
    pub(crate) bootstrap: Bootstrap,
    pub(crate) account: AccountId,
    pub(crate) runs: AtomicU32,
}

impl TestEnvironment {
    pub(crate) async fn new(seed: Seed) -> Self {
        let sim = Simulator::start(seed).await.unwrap();
        let client = client(&sim, "sync");
        Self {
            embedded: EmbeddedTable::start().await,
            clock: ManualClock::at(DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").unwrap().to_utc()),
            strike_interval: TimeDelta::seconds(450),
            access: granted(client.clone(), "sync"),
            bootstrap: Bootstrap { name: "skyai-internal".to_owned(), provisioning: Ok(client) },
            account: AccountId::new(ACCOUNT).unwrap(),
            runs: AtomicU32::new(0),
            sim,
        }
    }

    /// Starts with the demo account, which has five droplets, seven zones and three projects.
    pub(crate) async fn demo() -> Self {
        Self::new(Seed::demo()).await
    }

    pub(crate) fn table(&self) -> &Table {
        &self.embedded.table
    }

    pub(crate) fn demo_account(&self) -> digitalocean_sim::Account {
        self.sim.account(ACCOUNT)
    }

    /// Uses another token of the account from now on.
    pub(crate) fn use_token(&mut self, name: &str) {
        self.access = granted(client(&self.sim, name), name);
    }

    /// Runs a sweep and returns its receipt.
    pub(crate) async fn sweep(&self, worker: &str) -> Receipt {
        self.sweep_then(worker).await.0
    }

    /// Runs a sweep and returns its receipt and its follow-up.
    pub(crate) async fn sweep_then(&self, worker: &str) -> (Receipt, FollowUp) {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let run_id = RunId::new(format!("run-{number}")).unwrap();
        match self.run(worker, self.table(), &run_id).await.unwrap() {
            SweepOutcome::Swept(receipt, next) => (receipt, next),
            other => panic!("{other:?}"),
        }
    }

    /// Runs a sweep a quarter of an hour later.
    pub(crate) async fn next_sweep(&self, worker: &str) -> Receipt {
        self.clock.advance(TimeDelta::minutes(15));
        self.sweep(worker).await
    }

    /// Runs a sweep on the given handle of the table, for example one that crashes.
    pub(crate) async fn run(
        &self,
        worker: &str,
        table: &Table,
        run_id: &RunId,
    ) -> Result<SweepOutcome, inventory::Error> {
        self.run_until(worker, table, run_id, Instant::now() + Duration::from_secs(290)).await
    }

    /// Runs a sweep with the given deadline.
    pub(crate) async fn run_until(
        &self,
        worker: &str,
        table: &Table,
        run_id: &RunId,
        deadline: Instant,
    ) -> Result<SweepOutcome, inventory::Error> {
        let owner = RunId::random();
        let (worker, target) = target(worker);
        inventory::sweep(SweepRun {
            worker,
            target,
            account: &self.account,
            run_id,
            table,
            access: &self.access,
            clock: &self.clock,
            deadline,
            lease_owner: owner.as_str(),
            lease_ttl: TimeDelta::seconds(330),
            strike_interval: self.strike_interval,
            bootstrap: &self.bootstrap,
        })
        .await
    }

    pub(crate) fn key(&self, kind: &'static str, id: impl std::fmt::Display) -> ResourceKey {
        ResourceKey {
            account: self.account.clone(),
            kind: Kind::from_static(kind),
            provider_id: ProviderId::new(id.to_string()).unwrap(),
        }
    }

    pub(crate) async fn resource(&self, kind: &'static str, id: impl std::fmt::Display) -> Resource {
        self.table().resource(&self.key(kind, id)).await.unwrap().unwrap()
    }

    /// Returns the types of a resource's events, oldest first.
    pub(crate) async fn events(&self, kind: &'static str, id: impl std::fmt::Display) -> Vec<domain::EventType> {
        let reader = self.table().reader(domain::Scope::Platform);
        let page = reader.events(&self.key(kind, id), None, 100).await.unwrap().unwrap();
        page.items.iter().rev().map(|event| event.event_type).collect()
    }

    pub(crate) async fn live(&self, kind: &'static str) -> usize {
        self.table().indexed_resources(&self.account, &Kind::from_static(kind)).await.unwrap().len()
    }

    /// Adds a droplet that is the same each time, so that a test can remove it and add it again.
    pub(crate) fn put_back(&self, id: u64) {
        let droplet =
            Droplet::named(format!("web-{id}")).id(id).created_at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        self.demo_account().add_droplet(droplet);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// Returns a worker and its first target, or the target of `<worker>/<kind>`.
pub(crate) fn target(name: &str) -> (&'static InventoryWorker, &'static Target) {
    let (name, kind) = name.split_once('/').unwrap_or((name, ""));
    let worker = InventoryWorker::named(name).unwrap();
    let target = worker.targets.iter().find(|target| kind.is_empty() || target.sync_kind().as_str() == kind).unwrap();
    (worker, target)
}

/// Returns access with a token of this name.
pub(crate) fn granted(client: Client, token: &str) -> Access {
    Access::Granted { client, token_id: token.to_owned() }
}

/// Creates a client whose retries do not delay a test.
pub(crate) fn client(sim: &Simulator, token: &str) -> Client {
    let mut config = ClientConfig::new(Token::new(sim.account(ACCOUNT).token(token)).unwrap());
    config.base_url = Some(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy {
        min_delay: Duration::from_millis(1),
        max_delay: Duration::from_millis(5),
        max_retry_after: Duration::ZERO,
        ..config.retry
    };
    Client::new(config).unwrap()
}
