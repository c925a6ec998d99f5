//! What sagas need of the world besides the table and the clock.

use std::sync::Arc;
use std::time::Duration;

use access::DigitalOceanClients;
use digitalocean::RequestDeadline;
use domain::Clock;
use provisioning::{DigitalOceanProvider, SagaConfig, TableExpectations, WakeUpQueue};
use runtime::{AwsClients, ConfigError, Env, EventBridgeScheduler, ProviderWrites, Secrets, SqsQueue};
use sagas::Timing;
use sagas::ports::{Expectations, Notifier, Phase, Provider};
use sagas::steps::Prices;
use store::Table;

/// How long DigitalOcean may be read for one request: less than the function has.
const READ_TIMEOUT: Duration = Duration::from_secs(8);

/// List prices, which the API of DigitalOcean does not give.
pub const PRICES: Prices = Prices { snapshot: inventory::prices::snapshot };

/// The way to DigitalOcean.
pub trait ProviderFactory: std::fmt::Debug + Send + Sync {
    /// DigitalOcean for one request.
    fn provider(&self) -> Box<dyn Provider>;
}

/// What sagas need of the world besides the table and the clock. Requests read DigitalOcean, for plans and for the proof that something is
/// mended, and ring; they write nothing there: that is the workers'.
#[derive(Debug, Clone)]
pub struct Provisioning {
    /// DigitalOcean.
    pub provider_factory: Arc<dyn ProviderFactory>,
    /// Doorbells.
    pub notifier: Arc<dyn Notifier>,
    /// What the inventory is told beforehand.
    pub expectations: Arc<dyn Expectations>,
    /// How long things take; the same as the workers have.
    pub timing: Timing,
}

/// DigitalOcean itself, with the account's token for provisioning.
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
            RequestDeadline::after(READ_TIMEOUT),
        ))
    }
}

impl Provisioning {
    /// From the process's environment; `None` in the function that has no token and serves no sagas: it is told of no queue for them.
    ///
    /// # Errors
    /// Names every variable that is missing or invalid.
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
