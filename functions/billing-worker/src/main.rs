//! The entry point of the billing workers' Lambda functions; the environment variable WORKER
//! selects one.

use std::process::ExitCode;

use billing::BillingWorkerSpec;
use billing_worker::BillingWorker;
use runtime::Env;

#[tokio::main]
async fn main() -> ExitCode {
    worker::serve(BillingWorkerSpec::by_name, |worker, services, _| {
        Ok(BillingWorker::new(worker, services, Env::from_process())?)
    })
    .await
}
