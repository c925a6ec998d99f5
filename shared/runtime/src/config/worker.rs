//! The configuration that all worker functions share.

use std::time::Duration;

use url::Url;

use super::{ConfigError, DeploymentConfig, Env, InvalidVariable};

/// The default of `INTERNAL_PROJECT`: the DigitalOcean project for resources that belong to no
/// tenant.
pub const DEFAULT_INTERNAL_PROJECT: &str = "skyai-internal";

/// The permission to write at the provider, which also covers the creation of the internal project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderWrites {
    /// Writes at the provider are allowed.
    Allow,
    /// Only read requests are made.
    Deny,
}

/// The configuration of a worker function. `LOG_LEVEL` and `LOG_FORMAT` are read by
/// [`crate::telemetry::init`].
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The deployment that the worker belongs to.
    pub deployment: DeploymentConfig,
    /// `WORKER`: this function's worker, such as `droplets`.
    pub worker: String,
    /// `DIGITALOCEAN_URL`: the root URL of DigitalOcean's API. It has no default, so that a
    /// forgotten variable cannot direct a function to the live API.
    pub digitalocean_url: Url,
    /// `PROVIDER_WRITES`: `allow` or `deny`.
    pub provider_writes: ProviderWrites,
    /// `STRIKE_INTERVAL_SECONDS`: the minimum time between two strikes; `None` (empty, absent or 0)
    /// means half the worker's cadence.
    pub strike_interval: Option<Duration>,
    /// `INTERNAL_PROJECT`: the DigitalOcean project for resources that belong to no tenant; default
    /// [`DEFAULT_INTERNAL_PROJECT`].
    pub internal_project: String,
    /// `QUEUE_URL`: the URL of the worker's own queue.
    pub queue_url: String,
    /// `DLQ_URL`: the URL of the worker's dead-letter queue.
    pub dlq_url: String,
}

impl WorkerConfig {
    /// Reads the configuration from the process's environment.
    ///
    /// # Errors
    /// Fails with the names of all variables that are missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(Env::from_process())
    }

    /// Reads the configuration from `env`.
    ///
    /// # Errors
    /// Fails with the names of all variables that are missing or invalid.
    pub fn read(mut env: Env) -> Result<Self, ConfigError> {
        let deployment = DeploymentConfig::read(&mut env);
        let worker = worker(&mut env);
        let digitalocean_url = env.http_url("DIGITALOCEAN_URL", "https://api.digitalocean.com");
        let provider_writes =
            env.one_of("PROVIDER_WRITES", &[("allow", ProviderWrites::Allow), ("deny", ProviderWrites::Deny)]);
        let strike_interval = env.seconds("STRIKE_INTERVAL_SECONDS");
        let internal_project = env.optional("INTERNAL_PROJECT").unwrap_or_else(|| DEFAULT_INTERNAL_PROJECT.to_owned());
        let queue_url = env.http_url("QUEUE_URL", "the URL of the worker's SQS queue");
        let dlq_url = env.http_url("DLQ_URL", "the URL of the worker's dead-letter queue");
        env.finish(|| {
            Ok(Self {
                deployment: deployment?,
                worker: worker?,
                digitalocean_url: digitalocean_url?,
                provider_writes: provider_writes?,
                strike_interval: strike_interval?,
                internal_project,
                queue_url: queue_url?.into(),
                dlq_url: dlq_url?.into(),
            })
        })
    }
}

fn worker(env: &mut Env) -> Result<String, InvalidVariable> {
    const EXPECTED: &str = "a worker's name, such as droplets-fast";
    let worker = env.required("WORKER", EXPECTED)?;
    if domain::is_slug(&worker) { Ok(worker) } else { Err(env.invalid("WORKER", "is not valid", EXPECTED)) }
}
