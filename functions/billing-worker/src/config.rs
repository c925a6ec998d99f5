//! Configuration of the billing workers in addition to [`WorkerConfig`].

use billing::{BILLING_HISTORY, BillingWorkerSpec};
use runtime::{ConfigError, Env, WorkerConfig};
use url::Url;

/// Returns the URL of the queue of `invoice-ingest`. Only `billing-history` reads it from
/// `INGEST_QUEUE_URL`. For `invoice-ingest` it is the worker's own queue, and `balance` does not
/// use it.
///
/// # Errors
/// Fails if the variable is missing or is not a URL.
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
