//! The dependencies of saga routes besides the table and the clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::DigitalOceanClients;
use domain::Clock;
use provisioning::{DigitalOceanProvider, SagaConfig, TableExpectations, WakeUpQueue};
use runtime::{AwsClients, ConfigError, Env, EventBridgeScheduler, ProviderWrites, Secrets, SqsQueue};
use sagas::Timing;
use sagas::ports::{Expectations, Notifier, Provider};
use sagas::record::Phase;
use sagas::step::Prices;
use store::Table;

/// The time limit for reads from DigitalOcean in one request; less than the function's own time
/// limit.
const READ_TIMEOUT: Duration = Duration::from_secs(8);

/// List prices of snapshots, which DigitalOcean's API does not return.
pub const PRICES: Prices = Prices { snapshot: inventory::kinds::snapshot::list_price };

/// Creates the connection to DigitalOcean that one request uses.
pub trait ProviderFactory: std::fmt::Debug + Send + Sync {
    /// Creates a provider for one request; its time limit starts now.
    fn provider(&self) -> Box<dyn Provider>;
}

/// The dependencies of saga routes besides the table and the clock. Requests read from
/// DigitalOcean, for plans and to verify that the cause of a stuck saga is fixed, and schedule
/// wake-up messages. Only the saga workers write to DigitalOcean.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// Creates a read-only connection to DigitalOcean for each request.
    pub provider_factory: Arc<dyn ProviderFactory>,
    /// Schedules the messages that start the saga workers.
    pub notifier: Arc<dyn Notifier>,
    /// Records expected changes in the inventory, so that the next sweep does not report them as
    /// drift.
    pub expectations: Arc<dyn Expectations>,
    /// Time limits and intervals, the same as the saga workers use.
    pub timing: Timing,
}

/// Creates connections to the real DigitalOcean with the account's provisioning token.
#[derive(Debug)]
struct LiveProviderFactory {
    digitalocean: Arc<DigitalOceanClients>,
    table: Table,
    clock: Arc<dyn Clock>,
    timing: Timing,
}

impl ProviderFactory for LiveProviderFactory {
    fn provider(&self) -> Box<dyn Provider> {
        Box::new(DigitalOceanProvider::new(
            self.digitalocean.clone(),
            self.table.clone(),
            self.clock.clone(),
            Phase::Forward,
            ProviderWrites::Deny,
            &self.timing,
            Instant::now() + READ_TIMEOUT,
        ))
    }
}

impl Provisioning {
    /// Reads the dependencies from the process's environment. The result is `None` without
    /// `EXECUTE_QUEUE_URL`, that is, in the function that has no token and serves no sagas.
    ///
    /// # Errors
    /// Fails with the name of every variable that is missing or invalid.
    pub fn from_env(
        aws: &AwsClients,
        secret_prefix: &str,
        table: &Table,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Self>, ConfigError> {
        if std::env::var_os("EXECUTE_QUEUE_URL").is_none() {
            return Ok(None);
        }
        let config = SagaConfig::from_env()?;
        let mut env = Env::from_process();
        let url = env.http_url("DIGITALOCEAN_URL", "the root of DigitalOcean's API");
        let url = env.finish(|| url)?;
        let secrets = Secrets::new(aws.secretsmanager(), secret_prefix);
        let digitalocean = Arc::new(DigitalOceanClients::new(url, secrets, table.clone(), clock.clone()));
        let scheduler =
            EventBridgeScheduler::new(aws.scheduler(), config.schedule_group.clone(), config.schedule_role_arn.clone());
        let queue = Arc::new(SqsQueue::new(aws.sqs()));
        let notifier = Arc::new(WakeUpQueue::new(&config, queue, Arc::new(scheduler), clock.clone()));
        let timing = config.timing;
        let provider_factory = Arc::new(LiveProviderFactory {
            digitalocean,
            table: table.clone(),
            clock: clock.clone(),
            timing: timing.clone(),
        });
        Ok(Some(Self { provider_factory, notifier, expectations: Arc::new(TableExpectations(table.clone())), timing }))
    }
}
