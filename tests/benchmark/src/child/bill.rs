//! A billing worker that handles one message, as [`super::sweep`] does for the mirror.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use billing::{BillingWorkerSpec, INVOICE_INGEST, Task};
use billing_worker::{BillingWorker, InventoryCache};
use domain::{AccountId, Clock as _, RunId, SystemClock};
use embedded_table::{CrashPoint, RequestInterceptor};
use runtime::fake::MemoryQueue;
use runtime::{Message, telemetry};
use store::keys;
use url::Url;
use worker::MessageHandler as _;

use super::function::{config, handle_all, services};
use super::usage;
use crate::account::NAME;
use crate::invoice::{IngestRun, invoice};
use crate::measured::TableUsage;

/// The queue to which the worker sends the invoices that are due. No worker polls it.
const INGEST_QUEUE: &str = "https://sqs.test/ingest";

/// Runs the worker; prints its log as the function does, and the measurements as the last line.
/// With `crash_after`, the table accepts no more requests after so many writes, as if the process
/// had crashed.
pub(super) async fn run(worker: &str, table: &str, digitalocean: Url, crash_after: Option<usize>) -> Result<()> {
    let started = Instant::now();
    telemetry::init();
    let worker = BillingWorkerSpec::by_name(worker).with_context(|| format!("no worker is named {worker}"))?;
    let requests = RequestInterceptor::metered();
    if let Some(writes) = crash_after {
        requests.crash_at(CrashPoint::After(writes));
    }
    let (function, queue) = function(worker, embedded_table::connect(table, &requests), digitalocean);
    let mut first = Message::new(worker.name, NAME, SystemClock.now(), RunId::random().as_str());
    if *worker == INVOICE_INGEST {
        let (invoice, period) = invoice()?;
        first = first.with_fields(Task::Ingest { period, invoice })?;
    }
    let handle = |message, deadline| function.handle(message, deadline);
    let handled = handle_all(&function.services.config, queue, &first, handle).await;
    let crashed = requests.has_crashed();
    let counts = requests.counts();
    let written = |under: &str| counts.written.iter().filter(|key| key.starts_with(under)).count();
    let ingest_run = IngestRun {
        messages: if crashed { 1 } else { handled? },
        crashed,
        pages: u32::try_from(written(&pages()?))?,
        headers: u32::try_from(written(&keys::invoice_partition(&AccountId::new(NAME)?)))?,
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: usage::cpu().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
        table: TableUsage::from(counts),
        requests: 0,
    };
    println!("{}", serde_json::to_string(&ingest_run)?);
    Ok(())
}

/// Builds the function as its `main` does.
fn function(
    worker: &'static BillingWorkerSpec,
    table: store::Table,
    digitalocean: Url,
) -> (BillingWorker, Arc<MemoryQueue>) {
    let queue = Arc::new(MemoryQueue::new());
    let services = services(config(worker.name, digitalocean), table, queue.clone());
    let (ingest_queue_url, inventory_cache) = (INGEST_QUEUE.to_owned(), InventoryCache::default());
    (BillingWorker { worker, services, ingest_queue_url, inventory_cache }, queue)
}

/// Returns the prefix of the keys of all pages of the invoice's lines, of any revision.
fn pages() -> Result<String> {
    let (uuid, _) = invoice()?;
    let partition = keys::lines_partition(&AccountId::new(NAME)?, &uuid, 0);
    Ok(partition.trim_end_matches('0').to_owned())
}
