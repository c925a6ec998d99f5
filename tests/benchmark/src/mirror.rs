//! One account in the simulator, its mirror, and the passes over it. Each worker of each pass runs
//! in its own process.

use anyhow::{Context as _, Result};
use chrono::Utc;
use domain::{AccountId, AccountStatus};
use embedded_table::RequestInterceptor;
use local::ProgressStep;
use serde_json::{Value, json};
use store::AuditEntry;

use crate::account::{Account, NAME, SECRET_PREFIX};
use crate::measured::{Baseline, Measured, Pass, PassName, Run, Size};
use crate::process::{Server, run_to_end};
use crate::simulator::Simulator;

/// The kind of resource on which the baseline is measured.
const BASELINE_KIND: &str = "droplet";
/// The path of the only request of a sweep that reads no page of a list.
const UNPAGED_PATH: &str = "/v2/registry/subscription";

/// Runs the three passes over an account and the baseline, and measures the table in between.
pub(crate) async fn measure(account: Account) -> Result<Measured> {
    let mut mirror = Mirror::start(account).await?;
    let discover = mirror.pass(PassName::Discover, 0).await?;
    let unchanged = mirror.pass(PassName::Unchanged, 0).await?;
    let size = mirror.size().await?;
    let changes = account.changes();
    mirror.simulator.change(&changes).await?;
    let changed = mirror.pass(PassName::OnePercent, u32::try_from(changes.len())?).await?;
    let baseline = mirror.baseline().await?;
    Ok(Measured { account, passes: vec![discover, unchanged, changed], size, baseline })
}

struct Mirror {
    account: Account,
    table: Server,
    simulator: Simulator,
}

impl Mirror {
    async fn start(account: Account) -> Result<Self> {
        let step = ProgressStep::begin(format!("{}: start", account.title()));
        let table = Server::start(&["table".to_owned()]).await?;
        let arguments: Vec<String> = std::iter::once("simulator".to_owned()).chain(account.arguments()).collect();
        let simulator = Simulator::start(&arguments).await?;
        register(&table.address).await?;
        step.done("");
        Ok(Self { account, table, simulator })
    }

    /// Runs every worker in the order of the schedules. The projects worker runs at the end,
    /// because it needs the resources that the others found.
    async fn pass(&mut self, name: PassName, changed: u32) -> Result<Pass> {
        let step = ProgressStep::begin(format!("{}: {}", self.account.title(), name.title()));
        self.simulator.forget_requests().await?;
        let mut workers: Vec<&str> = self.account.workers().map(|worker| worker.name).collect();
        // The projects worker runs twice. The first run places the resources without a parent and,
        // in the same run, those that follow their parent; the second finds nothing left to place.
        workers.extend(workers.contains(&"projects").then_some("projects"));
        let mut runs = Vec::new();
        for worker in workers {
            step.detail(worker);
            runs.push(self.run(worker).await?);
        }
        let requests = self.simulator.requests().await?;
        let unpaged_requests = requests.iter().filter(|path| *path == UNPAGED_PATH).count();
        let pass = Pass {
            name,
            runs,
            simulator_requests: u32::try_from(requests.len())?,
            unpaged_requests: u32::try_from(unpaged_requests)?,
            changed,
        };
        step.done("");
        Ok(pass)
    }

    async fn run(&self, worker: &str) -> Result<Run> {
        let (table, digitalocean) = (&self.table.address, self.simulator.address());
        let arguments = ["sweep", "--worker", worker, "--table", table, "--digitalocean", digitalocean];
        let (log, result) = run_to_end(&arguments.map(str::to_owned)).await?;
        let mut run: Run =
            serde_json::from_str(&result).with_context(|| format!("cannot parse the result of {worker}: {result}"))?;
        run.log_bytes = log.iter().map(|line| line.len() as u64 + 1).sum();
        run.metrics = log.iter().flat_map(|line| metrics(line)).collect();
        run.metrics.sort();
        run.metrics.dedup();
        Ok(run)
    }

    async fn size(&mut self) -> Result<Size> {
        Ok(serde_json::from_str(&self.table.ask("size").await?)?)
    }

    async fn baseline(&self) -> Result<Baseline> {
        let step = ProgressStep::begin(format!("{}: baseline", self.account.title()));
        let arguments = ["baseline", "--kind", BASELINE_KIND, "--table", &self.table.address];
        let (_, result) = run_to_end(&arguments.map(str::to_owned)).await?;
        step.done("");
        Ok(serde_json::from_str(&result)?)
    }
}

/// Returns the names of the metrics in a log line of CloudWatch's Embedded Metric Format; none for
/// other lines.
fn metrics(line: &str) -> Vec<String> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().cloned().unwrap_or_default();
    metrics.iter().filter_map(|metric| metric["Name"].as_str().map(str::to_owned)).collect()
}

/// Registers the account in a table.
pub(crate) async fn register(table: &str) -> Result<()> {
    let now = Utc::now();
    let account = domain::Account {
        account: AccountId::new(NAME)?,
        name: NAME.to_owned(),
        secret: format!("{SECRET_PREFIX}/{NAME}"),
        status: AccountStatus::Enabled,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let audit = AuditEntry {
        id: "request-1".to_owned(),
        at: now,
        actor: "benchmark".to_owned(),
        action: "account.register".to_owned(),
        target: NAME.to_owned(),
        values: json!(null),
    };
    embedded_table::connect(table, &RequestInterceptor::default()).register_account(&account, &audit).await?;
    Ok(())
}
