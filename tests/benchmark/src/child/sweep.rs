//! The function of an inventory worker: the real batch runner, worker and client, in their own
//! process as on Lambda. Only the AWS services are replaced: the queue is in memory, the token is a
//! constant, and DynamoDB is another process.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use domain::{AccountId, Clock as _, RunId, SystemClock};
use embedded_table::RequestInterceptor;
use inventory::InventoryWorker;
use runtime::fake::MemoryQueue;
use runtime::{Message, telemetry};
use sync_worker::SyncWorker;
use url::Url;
use worker::MessageHandler as _;

use super::function::{config, handle_all, services};
use super::usage;
use crate::account::NAME;
use crate::measured::{Run, SyncReceipt, TableUsage};

/// Runs the worker; prints its log as the function does, and the measurements as the last line.
pub(super) async fn run(worker: &str, table: &str, digitalocean: Url) -> Result<()> {
    let started = Instant::now();
    telemetry::init();
    let worker = InventoryWorker::named(worker).with_context(|| format!("no worker is named {worker}"))?;
    let requests = RequestInterceptor::metered();
    let (function, queue) = function(worker, embedded_table::connect(table, &requests), digitalocean);
    let first = Message::new(worker.name, NAME, SystemClock.now(), RunId::random().as_str());
    let handle = |message, deadline| function.handle(message, deadline);
    let messages = handle_all(&function.services.config, queue, &first, handle).await?;
    let counts = requests.counts();
    let run = Run {
        worker: worker.name.to_owned(),
        messages,
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: usage::cpu().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
        table: TableUsage::from(counts),
        // Reading the receipts is not part of the measurement, so it uses a connection without a
        // counter.
        receipts: receipts(worker, &embedded_table::connect(table, &RequestInterceptor::default())).await?,
        ..Run::default()
    };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// Builds the function as its `main` does.
fn function(
    worker: &'static InventoryWorker,
    table: store::Table,
    digitalocean: Url,
) -> (SyncWorker, Arc<MemoryQueue>) {
    let queue = Arc::new(MemoryQueue::new());
    let services = services(config(worker.name, digitalocean), table, queue.clone());
    (SyncWorker { worker, services }, queue)
}

async fn receipts(worker: &InventoryWorker, table: &store::Table) -> Result<Vec<SyncReceipt>> {
    let account = AccountId::new(NAME)?;
    let mut receipts = Vec::new();
    for target in worker.targets {
        let kind = target.sync_kind();
        let last = table.sync_state(&account, &kind).await?.and_then(|state| state.last);
        let receipt = last.with_context(|| format!("the sweep of {kind} has no receipt"))?;
        receipts.push(SyncReceipt {
            target: kind.to_string(),
            parent: target.parent_kind().map(|kind| kind.to_string()),
            complete: receipt.status.is_complete(),
            items: receipt.items,
            pages: receipt.pages,
            requests: receipt.requests,
            changes: receipt.changes.total(),
        });
    }
    Ok(receipts)
}

impl From<embedded_table::RequestCounts> for TableUsage {
    fn from(counts: embedded_table::RequestCounts) -> Self {
        Self {
            requests: counts.requests,
            writes: counts.writes,
            items_written: counts.written.len(),
            read_units: counts.read_units,
            write_units: counts.write_units,
        }
    }
}
