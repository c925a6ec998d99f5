//! The test environment: fakes of everything that the workers use, and access to what they write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::DigitalOceanClients;
use billing::{BillingWorkerSpec, INVOICE_INGEST, Task};
use billing_worker::{BillingWorker, InventoryCache};
use digitalocean_sim::{AccountSeed, Clock as SimulatorClock, Limits, RequestFilter, Seed, Simulator};
use domain::billing::{CostLine, Invoice, Period};
use domain::{Account, AccountId, AccountStatus, Clock, InvoiceUuid, ManualClock, SyncState};
use embedded_table::EmbeddedTable;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::fake::{Logs, MemoryQueue};
use runtime::secrets::{FetchError, SecretSource};
use runtime::{Deadline, Failure, Message, ProviderWrites, Secrets, WorkerConfig};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::Table;
use tracing::subscriber::DefaultGuard;

pub(crate) const INGEST: &str = "https://sqs.test/invoice-ingest";
pub(crate) const DLQ: &str = "https://sqs.test/dlq";
/// The name of the secret with the demo account's token.
pub(crate) const SECRET: &str = "arcadia/test/do/demo/billing";
/// The prefix of every token, which nothing else begins with.
const TOKEN_PREFIX: &str = "dop_v1_";
const DEADLINE: Duration = Duration::from_secs(300);

pub(crate) fn queue_of(worker: &str) -> String {
    format!("https://sqs.test/{worker}")
}

pub(crate) fn demo() -> AccountId {
    AccountId::new("demo").unwrap()
}

pub(crate) fn period(text: &str) -> Period {
    Period::new(text).unwrap()
}

/// A fake Secrets Manager. A secret with several values returns them one after another, and the
/// last one from then on.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Vault {
    pub(crate) fn put(&self, name: &str, values: &[&str]) {
        self.0.lock().unwrap().insert(name.to_owned(), values.iter().rev().map(|&value| value.to_owned()).collect());
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap().remove(name);
    }
}

impl SecretSource for Vault {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            let mut secrets = self.0.lock().unwrap();
            let values = secrets.get_mut(name).ok_or(FetchError::NotFound)?;
            let value = if values.len() > 1 { values.pop() } else { values.first().cloned() };
            Ok(value.unwrap().into())
        }
        .boxed()
    }
}

/// The workers with everything that they use. Their log lines are recorded.
pub(crate) struct TestEnvironment {
    pub(crate) sim: Simulator,
    pub(crate) embedded: EmbeddedTable,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) vault: Vault,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) logs: Logs,
    /// The number of messages to invoice-ingest that were handled.
    handled: Mutex<usize>,
    _logging: DefaultGuard,
}

/// The time at which every test begins.
const NOW: &str = "2026-11-24T12:00:05Z";

impl TestEnvironment {
    /// Creates the demo account with its 137 invoices, registered and with its token, a few seconds
    /// after the messages of `events/` were sent.
    pub(crate) async fn demo_account() -> Self {
        Self::of(Seed::demo()).await
    }

    /// Creates the demo account with only the invoice of April 2026 and the running month's
    /// preview.
    pub(crate) async fn new() -> Self {
        let item = |product: &str, description: &str, amount: &str| json!({ "product": product, "description": description, "amount": amount });
        let items =
            [item("Droplets", "web-01.bakkerij-jansen.example (s-1vcpu-2gb)", "9.20"), item("Taxes", "GST", "0.83")];
        let preview = json!({ "invoice_uuid": "so-far", "invoice_period": "2026-11", "preview": true, "items": items,
                              "updated_at": "2026-11-24T06:31:50Z" });
        let account = AccountSeed::new("dop_v1_small").object("invoices", april()).object("invoices", preview);
        Self::of(Seed::empty().with_account("demo", account)).await
    }

    async fn of(seed: Seed) -> Self {
        let logs = Logs::default();
        let logging = tracing::subscriber::set_default(logs.subscriber("debug"));
        // The month that runs is November 2026, whenever the test does.
        let clock = SimulatorClock::manual(NOW.parse().unwrap());
        let sim = Simulator::builder().seed(seed).clock(clock).start().await.unwrap();
        // The clock of the budget does not advance, so one minute must have room for all requests.
        sim.account("demo").set_limits(Limits::hourly(1_000_000).burst(1_000_000));
        let env = Self {
            sim,
            embedded: EmbeddedTable::start().await,
            queue: Arc::new(MemoryQueue::new()),
            vault: Vault::default(),
            clock: Arc::new(ManualClock::at(NOW.parse().unwrap())),
            logs,
            handled: Mutex::new(0),
            _logging: logging,
        };
        env.register("demo", AccountStatus::Enabled).await;
        env.vault.put(SECRET, &[&env.sim.account("demo").token("sync")]);
        env
    }

    pub(crate) async fn register(&self, slug: &str, status: AccountStatus) {
        let now = self.clock.now();
        let account = Account {
            account: AccountId::new(slug).unwrap(),
            name: slug.to_owned(),
            secret: format!("arcadia/test/do/{slug}"),
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

    /// Creates a worker that uses this table.
    pub(crate) fn worker_on(&self, name: &str, table: Table) -> BillingWorker {
        let config = WorkerConfig {
            stage: "test".to_owned(),
            table_name: embedded_table::TABLE_NAME.to_owned(),
            worker: name.to_owned(),
            digitalocean_url: self.sim.base_url().parse().unwrap(),
            provider_writes: ProviderWrites::Deny,
            strike_interval: None,
            internal_project: "skyai-internal".to_owned(),
            event_retention_days: 400,
            secret_prefix: "arcadia/test/do".to_owned(),
            queue_url: queue_of(name),
            dlq_url: DLQ.to_owned(),
        };
        // Values are fetched for every message: the cache has its own tests.
        let secrets = Secrets::new(self.vault.clone(), &config.secret_prefix).with_ttl(Duration::ZERO);
        BillingWorker {
            worker: BillingWorkerSpec::by_name(name).unwrap(),
            digitalocean: DigitalOceanClients::new(
                config.digitalocean_url.clone(),
                secrets,
                table.clone(),
                self.clock.clone(),
            ),
            config,
            ingest_queue_url: INGEST.to_owned(),
            table,
            queue: self.queue.clone(),
            clock: self.clock.clone(),
            inventory_cache: InventoryCache::default(),
        }
    }

    pub(crate) fn worker(&self, name: &str) -> BillingWorker {
        self.worker_on(name, self.embedded.table.clone())
    }

    /// Creates a message for an account, scheduled now.
    pub(crate) fn message(&self, worker: &str, account: &str) -> Message {
        Message::new(worker, account, self.clock.now(), "run-1")
    }

    /// Creates a message with a task for `invoice-ingest`.
    pub(crate) fn task(&self, task: &Task) -> Message {
        self.message(INVOICE_INGEST.name, "demo").with_fields(task).unwrap()
    }

    /// Handles a message, and checks that no token is visible in the result, the log or the table.
    pub(crate) async fn handle(&self, message: Message) -> Result<(), Failure> {
        let result = self.worker(&message.worker).handle(message, Deadline::after(DEADLINE)).await;
        self.assert_no_token(&format!("{result:?}")).await;
        result
    }

    /// Runs a worker for the demo account and returns the outcome.
    pub(crate) async fn run(&self, worker: &str) -> String {
        outcome_of(&self.handle(self.message(worker, "demo")).await)
    }

    /// Performs a task on an invoice and returns the outcome.
    pub(crate) async fn perform(&self, task: &Task) -> String {
        outcome_of(&self.handle(self.task(task)).await)
    }

    /// Handles all messages sent to invoice-ingest since the last call, and returns their number.
    pub(crate) async fn drain_ingest_queue(&self) -> usize {
        let worker = self.worker(INVOICE_INGEST.name);
        let sent = self.queue.sent(INGEST);
        let before = std::mem::replace(&mut *self.handled.lock().unwrap(), sent.len());
        for message in &sent[before..] {
            let sent = runtime::batch::SqsMetadata::default();
            let message = Message::parse(message.body.as_bytes(), INVOICE_INGEST.name, &sent).unwrap();
            let result = worker.handle(message.clone(), Deadline::after(DEADLINE)).await;
            assert!(result.is_ok(), "{message:?}: {result:?}");
        }
        sent.len() - before
    }

    pub(crate) async fn assert_no_token(&self, result: &str) {
        assert!(!result.contains(TOKEN_PREFIX), "{result}");
        let lines = self.logs.lines();
        assert!(!lines.is_empty(), "no line was logged");
        for line in lines.iter().chain(&self.embedded.dump().await) {
            assert!(!line.contains(TOKEN_PREFIX), "{line}");
        }
    }

    /// Reads the sync state of a worker in the demo account.
    pub(crate) async fn sync_state(&self, worker: &str) -> Option<SyncState> {
        self.embedded.table.sync_state(&demo(), &BillingWorkerSpec::by_name(worker).unwrap().sync_kind).await.unwrap()
    }

    /// Returns the items of the table, without receipts and the rate budget.
    pub(crate) async fn records(&self) -> Vec<String> {
        let receipts = |item: &String| item.starts_with("SWEEP#") || item.contains(" / SWEEP#");
        self.embedded.dump().await.into_iter().filter(|item| !receipts(item) && !item.starts_with("BUDGET#")).collect()
    }

    pub(crate) async fn headers(&self) -> Vec<Invoice> {
        self.embedded.table.invoices(&demo(), None, 1000).await.unwrap().items
    }

    pub(crate) async fn header(&self, month: &str, uuid: &str) -> Invoice {
        let uuid = InvoiceUuid::new(uuid).unwrap();
        self.embedded.table.invoice(&demo(), period(month), &uuid).await.unwrap().expect("the invoice is in the table")
    }

    /// Reads all published lines of an invoice.
    pub(crate) async fn lines(&self, invoice: &Invoice) -> Vec<CostLine> {
        let (mut lines, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.embedded.table.lines(invoice, cursor, 500).await.unwrap().unwrap();
            lines.extend(page.lines);
            cursor = page.next;
            if cursor.is_none() {
                return lines;
            }
        }
    }

    /// Returns the number of requests that the simulator received.
    pub(crate) fn request_count(&self) -> usize {
        self.sim.requests().count(&RequestFilter::default())
    }
}

/// Returns the invoice of April 2026 of the demo account, which was written by hand.
fn april() -> Value {
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/digitalocean-sim/seeds/billing/april-2026/");
        std::fs::read_to_string(format!("{folder}{name}")).unwrap()
    };
    let document = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();
    let mut invoice = document("invoice.json");
    invoice["issued_at"] = document("history.json")["date"].take();
    invoice["items"] = document("items.json")["invoice_items"].take();
    invoice["summary"] = document("summary.json");
    invoice["csv"] = read("invoice.csv").into();
    invoice
}

/// Creates the task that ingests an invoice.
pub(crate) fn ingest(month: &str, uuid: &str) -> Task {
    Task::Ingest { period: period(month), invoice: InvoiceUuid::new(uuid).unwrap() }
}

/// Returns the outcome of a message in a word, for example `done` or `retry`.
pub(crate) fn outcome_of(result: &Result<(), Failure>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Failure::Retry { .. }) => "retry".to_owned(),
        Err(Failure::Later { delay, .. }) => format!("later {}", delay.as_secs()),
        Err(Failure::Terminal { .. }) => "terminal".to_owned(),
    }
}
