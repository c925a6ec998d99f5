//! What the worker that finds invoices is configured with besides [`WorkerConfig`].

use billing::{BILLING_HISTORY, BillingWorkerSpec};
use runtime::{ConfigError, Env, WorkerConfig};
use url::Url;

/// `INGEST_QUEUE_URL`: the queue on which invoices are asked for. Only `billing-history` needs to be told; the others have no use for it but
/// `invoice-ingest`, whose own queue it is.
///
/// # Errors
/// It is missing or no URL.
pub fn ingest_queue_url(
    worker: &BillingWorkerSpec,
    config: &WorkerConfig,
    mut env: Env,
) -> Result<String, ConfigError> {
    if *worker != BILLING_HISTORY {
        return Ok(config.queue_url.clone());
    }
    let url = env.parse::<Url>("INGEST_QUEUE_URL", "the URL of the SQS queue of invoice-ingest");
    env.finish(|| Ok(url?.into()))
}
