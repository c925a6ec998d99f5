//! A stack, from bringing it up to taking it down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::api::{ApiClient, ApiUser};
use crate::aws::EmulatorClient;
use crate::layout::{self, Layout, StackInfo};
use crate::process::Processes;
use crate::progress::ProgressStep;
use crate::provider::ProviderEndpoint;
use crate::{billing, binaries, deploy, emulator, functions, summary, sync, venv};

/// How long it may take until the next receipt is there: a function's time limit, and a little.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(310);

/// How soon it is noticed that a process has ended.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How to bring a stack up.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Where its state is; `None` for the usual place. A second stack needs another one.
    pub state_dir: Option<PathBuf>,
    /// The emulator's port; `None` for any free one.
    pub port: Option<u16>,
    /// Which DigitalOcean to mirror.
    pub provider: ProviderEndpoint,
    /// The least time between two strikes, in seconds; `None` for half of the worker's cadence.
    pub strike_interval: Option<u32>,
    /// Whether the workers run by themselves as well, as `template.yaml` schedules them. One of them does every minute.
    pub schedules: bool,
    /// The functions' tracing filter.
    pub log_level: String,
    /// Whether the stack outlives this process. Otherwise it ends with it, even if it is killed.
    pub detach: bool,
    /// Whether to take down what a stack in the same place has left running, rather than to refuse.
    pub replace: bool,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            state_dir: None,
            port: None,
            provider: ProviderEndpoint::Simulator,
            strike_interval: None,
            schedules: true,
            log_level: "info".to_owned(),
            detach: false,
            replace: false,
        }
    }
}

/// A running stack. Unless it is detached, dropping it takes it down.
#[derive(Debug)]
pub struct Stack {
    layout: Layout,
    info: StackInfo,
    api: ApiClient,
    aws: EmulatorClient,
    token: Option<SecretString>,
    processes: Option<Processes>,
}

impl Stack {
    /// Builds, starts and deploys everything. No account is registered yet: see [`Self::register`].
    ///
    /// # Errors
    /// What went wrong and what to do about it.
    pub async fn up(options: StackOptions) -> Result<Self> {
        let layout = Layout::new(options.state_dir.as_deref());
        let _lock = layout.lock()?;
        let mut processes = layout.processes()?;
        if options.replace {
            processes.stop();
        }
        if processes.running().next().is_some() {
            bail!(
                "a stack is already up here; see: {}, or stop it: {}",
                layout.command("status"),
                layout.command("down")
            );
        }
        layout.clear()?;
        let requirements = layout::workspace().join("infra/local/requirements.txt");
        let python = venv::ensure(&Layout::venv(), &requirements).await?;
        let binaries = binaries::build().await?;
        // Owned from here on, so that a step that fails takes down what the steps before it started.
        let mut started = StopOnDrop(Some(processes));
        let owned = started.0.as_mut().context("the processes are still owned")?;
        let guard = (!options.detach).then_some(python.as_path());
        let connection = options.provider.connect(&layout, owned, &binaries, guard).await?;
        let endpoint = emulator::start(&layout, owned, &python, options.port, guard).await?;
        let aws = EmulatorClient { python, endpoint };
        let info = deploy::run(&aws, &binaries, &connection, &options).await?;
        layout.write_info(&info)?;
        let api = ApiClient::new(info.clone(), aws.clone())?;
        Ok(Self { layout, info, api, aws, token: Some(connection.token), processes: started.0.take() })
    }

    /// The stack that an earlier command brought up and left running.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(state_dir: Option<&Path>) -> Result<Self> {
        let layout = Layout::new(state_dir);
        let info = layout.info()?;
        let processes = layout.processes()?;
        if processes.running().next().is_none() {
            bail!("the stack has ended; start one: {}", layout.command("up --detach"));
        }
        if let [_, ..] = *processes.exited() {
            bail!(
                "half of the stack has ended: {} is gone; its log is in {}. Stop the rest: {}",
                processes.exited().join(", "),
                layout.path("").display(),
                layout.command("down")
            );
        }
        let aws = EmulatorClient { python: Layout::venv().join("bin/python"), endpoint: info.aws_endpoint.clone() };
        let api = ApiClient::new(info.clone(), aws.clone())?;
        Ok(Self { layout, info, api, aws, token: None, processes: None })
    }

    /// Stops what was started in that place and nothing else; returns the names of what ran.
    ///
    /// # Errors
    /// When the record of what was started is damaged.
    pub fn down(state_dir: Option<&Path>) -> Result<Vec<String>> {
        let layout = Layout::new(state_dir);
        let stopped = layout.processes()?.stop();
        layout.clear()?;
        Ok(stopped)
    }

    /// Names of what runs in that place.
    ///
    /// # Errors
    /// When the record of what was started is damaged.
    pub fn running(state_dir: Option<&Path>) -> Result<Vec<String>> {
        let processes = Layout::new(state_dir).processes()?;
        Ok(processes.running().map(|process| format!("{} (pid {})", process.name, process.pid)).collect())
    }

    /// What `stack.json` says.
    #[must_use]
    pub fn info(&self) -> &StackInfo {
        &self.info
    }

    /// How to give a command of `cargo local` for this very stack.
    #[must_use]
    pub fn command(&self, command: &str) -> String {
        self.layout.command(command)
    }

    /// The emulator's log: what the workers printed is in it; what the API printed is in CloudWatch Logs alone.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.layout.path("emulator.log")
    }

    /// Stores the token and registers the account. Without a token it is the one of the provider that the stack was brought up with.
    ///
    /// # Errors
    /// When the API refuses the account.
    pub async fn register(&self, account: &str, name: &str, token: Option<&str>) -> Result<()> {
        let own = self.token.as_ref().map(ExposeSecret::expose_secret);
        let token = token.or(own).context("the token of the account is not known")?;
        let secret = format!("{}/{account}", self.info.secret_prefix);
        self.aws("secretsmanager", "create_secret", json!({"Name": format!("{secret}/sync"), "SecretString": token}))
            .await?;
        let body = json!({ "account": account, "name": name, "secret": secret });
        self.api.expect("POST", "accounts", Some(&body)).await.map(drop)
    }

    /// Makes one API call and returns its status and its body, whatever they are. `sync` is short for `/api/v1/sync`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>, who: ApiUser) -> Result<(u16, Value)> {
        self.api.call(method, path, body.as_ref(), &who).await
    }

    /// Every row of a list of the API, as the admin.
    ///
    /// # Errors
    /// When a page does not come.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>> {
        self.api.list(path).await
    }

    /// An ID token from the stack's user pool.
    ///
    /// # Errors
    /// When the user cannot be created or cannot sign in.
    pub async fn token(&self, who: &ApiUser) -> Result<String> {
        Ok(self.api.token(who).await?.expose_secret().to_owned())
    }

    /// Triggers a worker for every account and waits for its receipts: the rows of `GET /sync`, one for each of its kinds. Shows
    /// meanwhile how many are there.
    ///
    /// # Errors
    /// When there is no such worker or its receipts do not come. A receipt that tells of a failed run is not an error here.
    pub async fn run(&self, worker: &str) -> Result<Vec<Value>> {
        self.run_together(&[worker.to_owned()]).await
    }

    /// Runs every worker once: those that list at the same time, then the quick look at droplets, the one that attributes resources to
    /// projects, and those of billing, with the newest invoices. Returns all receipts.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_all(&self) -> Result<Vec<Value>> {
        let mut receipts = Vec::new();
        for workers in sync::groups(&self.api).await? {
            receipts.extend(self.run_together(&workers).await?);
        }
        let step = ProgressStep::begin("take in invoices");
        let taken_in = billing::wait_for_invoices(&self.api, &self.aws, &self.info, &step).await?;
        step.done(&taken_in);
        Ok(receipts)
    }

    async fn run_together(&self, workers: &[String]) -> Result<Vec<Value>> {
        let step = ProgressStep::begin(match workers {
            [worker] => format!("run the worker {worker}"),
            _ => format!("run {} workers", workers.len()),
        });
        let states = sync::run(&self.api, workers, RECEIPT_TIMEOUT, &step).await?;
        step.done(&sync::tally(&states));
        Ok(states)
    }

    /// What the mirror holds, as tables by kind and by project, and what is billed.
    ///
    /// # Errors
    /// When the API does not say.
    pub async fn summary(&self) -> Result<String> {
        Ok(format!("{}\n{}", summary::read(&self.api).await?, billing::summary(&self.api).await?))
    }

    /// Any call of the emulator's AWS API, with boto3's names: `aws("sqs", "get_queue_attributes", json!({"QueueUrl": ..}))`.
    ///
    /// # Errors
    /// What AWS would answer.
    pub async fn aws(&self, service: &str, operation: &str, parameters: Value) -> Result<Value> {
        let request = json!({ "service": service, "operation": operation, "parameters": parameters });
        self.aws.run_job("call", request, None).await.with_context(|| format!("{service} {operation}"))
    }

    /// Kills every Lambda function that runs, in the middle of whatever it does; returns how many that were. The next invocation starts
    /// another.
    #[must_use]
    pub fn kill_functions(&self) -> usize {
        functions::kill_all_in(&self.layout.path("scratch"))
    }

    /// Returns once a process of this stack has ended, with a line that says why.
    pub async fn wait_for_exit(&self) -> String {
        let Some(processes) = &self.processes else { return std::future::pending().await };
        loop {
            let ended = processes.exited().join(", ");
            // Also before a verdict: a command that stops the stack removes the record last.
            tokio::time::sleep(POLL_INTERVAL).await;
            if ended.is_empty() {
                continue;
            }
            return if processes.are_still_recorded() {
                format!("{ended} has ended by itself; its log is in {}", self.layout.path("").display())
            } else {
                "another command has stopped the stack".to_owned()
            };
        }
    }

    /// Lets the stack run on when this process ends; only for one brought up with `detach`.
    pub fn detach(mut self) {
        self.processes = None;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(mut processes) = self.processes.take() {
            // What is there may be of a newer stack by now, one that is being brought up included.
            let lock = processes.are_still_recorded().then(|| self.layout.lock());
            let ours = matches!(lock, Some(Ok(_))) && processes.are_still_recorded();
            processes.stop();
            if ours {
                // The next command then says that no stack is up, rather than that one has ended.
                let _ = self.layout.clear();
            }
        }
    }
}

struct StopOnDrop(Option<Processes>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        if let Some(mut processes) = self.0.take() {
            processes.stop();
        }
    }
}
