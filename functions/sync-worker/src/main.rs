//! The entry point of the sync workers' Lambda functions; the environment variable WORKER selects
//! one.

use std::process::ExitCode;

use inventory::InventoryWorker;
use sync_worker::SyncWorker;

#[tokio::main]
async fn main() -> ExitCode {
    worker::serve(InventoryWorker::named, |worker, services, _| Ok(SyncWorker { worker, services })).await
}
