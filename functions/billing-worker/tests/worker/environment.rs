//! The test environment: the billing workers, everything around them, and access to what they
//! write.

use std::ops::Deref;
use std::sync::Mutex;
use std::time::Duration;

use billing::{BillingWorkerSpec, INVOICE_INGEST, Task};
use billing_worker::{BillingWorker, InventoryCache};
use digitalocean_sim::{AccountSeed, Clock as SimulatorClock, Limits, Seed, Simulator};
use domain::billing::{CostLine, Invoice, Period};
use domain::{AccountId, AccountStatus, Clock, InvoiceUuid, SyncState};
use runtime::{Deadline, Failure, Message, ProviderWrites};
use serde_json::json;
use store::Table;
use test_support::{WorkerEnvironment, account_id, april_invoice, outcome_text};
use worker::MessageHandler;

pub(crate) const INGEST: &str = "https://sqs.test/invoice-ingest";
/// The name of the secret with the demo account's token.
pub(crate) const SECRET: &str = "arcadia/test/do/demo/billing";
const DEADLINE: Duration = Duration::from_secs(300);

pub(crate) fn demo() -> AccountId {
    account_id("demo")
}

pub(crate) fn period(text: &str) -> Period {
    Period::new(text).unwrap()
}

/// The workers with everything that they use. Their log lines are recorded.
pub(crate) struct TestEnvironment {
    around: WorkerEnvironment,
    /// The number of messages to invoice-ingest that were handled.
    handled: Mutex<usize>,
}

impl Deref for TestEnvironment {
    type Target = WorkerEnvironment;

    fn deref(&self) -> &WorkerEnvironment {
        &self.around
    }
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
        let account = AccountSeed::new("dop_v1_small").object("invoices", april_invoice()).object("invoices", preview);
        Self::of(Seed::empty().with_account("demo", account)).await
    }

    async fn of(seed: Seed) -> Self {
        // The month that runs is November 2026, whenever the test does.
        let clock = SimulatorClock::manual(NOW.parse().unwrap());
        let sim = Simulator::builder().seed(seed).clock(clock).start().await.unwrap();
        // The clock of the budget does not advance, so one minute must have room for all requests.
        sim.account("demo").set_limits(Limits::hourly(1_000_000).burst(1_000_000));
        let around = WorkerEnvironment::start(sim, NOW.parse().unwrap(), "debug").await;
        let env = Self { around, handled: Mutex::new(0) };
        env.register("demo", AccountStatus::Enabled).await;
        env.secrets.put(SECRET, &[&env.sim.account("demo").token("sync")]);
        env
    }

    /// Creates a worker that uses this table.
    pub(crate) fn worker_on(&self, name: &str, table: &Table) -> BillingWorker {
        BillingWorker {
            worker: BillingWorkerSpec::by_name(name).unwrap(),
            services: self.services(name, table, ProviderWrites::Deny),
            ingest_queue_url: INGEST.to_owned(),
            inventory_cache: InventoryCache::default(),
        }
    }

    pub(crate) fn worker(&self, name: &str) -> BillingWorker {
        self.worker_on(name, &self.embedded.table)
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
        outcome_text(&self.handle(self.message(worker, "demo")).await)
    }

    /// Performs a task on an invoice and returns the outcome.
    pub(crate) async fn perform(&self, task: &Task) -> String {
        outcome_text(&self.handle(self.task(task)).await)
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
        self.embedded.table.invoices(&demo()).await.unwrap()
    }

    pub(crate) async fn header(&self, month: &str, uuid: &str) -> Invoice {
        let uuid = InvoiceUuid::new(uuid).unwrap();
        self.embedded.table.invoice(&demo(), period(month), &uuid).await.unwrap().expect("the invoice is in the table")
    }

    /// Reads all published lines of an invoice.
    pub(crate) async fn lines(&self, invoice: &Invoice) -> Vec<CostLine> {
        let (mut lines, mut cursor) = (Vec::new(), None::<store::Cursor>);
        loop {
            let page = self.embedded.table.lines(invoice, cursor.as_ref(), 500).await.unwrap().unwrap();
            lines.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return lines;
            }
        }
    }
}

/// Creates the task that ingests an invoice.
pub(crate) fn ingest(month: &str, uuid: &str) -> Task {
    Task::Ingest { period: period(month), invoice: InvoiceUuid::new(uuid).unwrap() }
}
