//! A local stack, from bringing it up to taking it down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::api::{ApiClient, ApiUser};
use crate::aws::EmulatorClient;
use crate::layout::{self, Layout, StackInfo};
use crate::options::StackOptions;
use crate::process::Processes;
use crate::progress::ProgressStep;
use crate::{billing, binaries, deploy, emulator, functions, summary, sync, venv};

/// Longest time until the next receipt: a function's timeout and some margin.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(310);

/// Interval at which the processes are checked.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

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
    /// Says what failed and what to do about it.
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
        // Owned from here on, so that a failing step takes down what earlier steps started.
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

    /// Attaches to the stack that an earlier command left running.
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

    /// Stops the processes recorded in that directory and no others. Returns the names of those
    /// that ran.
    ///
    /// # Errors
    /// When the record of what was started is damaged.
    pub fn down(state_dir: Option<&Path>) -> Result<Vec<String>> {
        let layout = Layout::new(state_dir);
        let stopped = layout.processes()?.stop();
        layout.clear()?;
        Ok(stopped)
    }

    /// Returns the names and ids of the processes that run for that directory.
    ///
    /// # Errors
    /// When the record of what was started is damaged.
    pub fn running(state_dir: Option<&Path>) -> Result<Vec<String>> {
        let processes = Layout::new(state_dir).processes()?;
        Ok(processes.running().map(|process| format!("{} (pid {})", process.name, process.pid)).collect())
    }

    /// Returns the description in `stack.json`.
    #[must_use]
    pub fn info(&self) -> &StackInfo {
        &self.info
    }

    /// Returns the command line that runs a command of `cargo local` on this stack.
    #[must_use]
    pub fn command(&self, command: &str) -> String {
        self.layout.command(command)
    }

    /// Path of the emulator's log. It has the lines of the workers; those of the API are only in
    /// CloudWatch Logs.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.layout.path("emulator.log")
    }

    /// Stores the token in Secrets Manager and registers the account. `None` takes the token that
    /// the stack was brought up with.
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

    /// Makes one API call and returns its status and body, whatever the status. `sync` is short for
    /// `/api/v1/sync`.
    ///
    /// # Errors
    /// When the API does not answer.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>, who: ApiUser) -> Result<(u16, Value)> {
        self.api.call(method, path, body.as_ref(), &who).await
    }

    /// Returns every row of a list of the API, read as the admin.
    ///
    /// # Errors
    /// When a page is not answered with 200.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>> {
        self.api.list(path).await
    }

    /// Returns an ID token from the stack's user pool.
    ///
    /// # Errors
    /// When the user cannot be created or cannot sign in.
    pub async fn token(&self, who: &ApiUser) -> Result<String> {
        Ok(self.api.token(who).await?.expose_secret().to_owned())
    }

    /// Triggers a worker for every account and waits for its receipts: the rows of `GET /sync`, one
    /// for each of its kinds. Shows the number of receipts meanwhile.
    ///
    /// # Errors
    /// When there is no such worker or a receipt does not appear in time. The receipt of a failed
    /// run is not an error here.
    pub async fn run(&self, worker: &str) -> Result<Vec<Value>> {
        self.run_together(&[worker.to_owned()]).await
    }

    /// Runs every worker once: first those that list resources, all at the same time, then the fast
    /// poll of droplets, then `projects`, which attributes resources to projects, and last those of
    /// billing with the newest invoices. Returns all receipts.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_all(&self) -> Result<Vec<Value>> {
        let mut receipts = Vec::new();
        for workers in sync::groups(&self.api).await? {
            receipts.extend(self.run_together(&workers).await?);
        }
        let step = ProgressStep::begin("ingest invoices");
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

    /// Returns the tables that `cargo local` prints: resources by kind and by project, and
    /// invoices.
    ///
    /// # Errors
    /// When the API does not answer with 200.
    pub async fn summary(&self) -> Result<String> {
        Ok(format!("{}\n{}", summary::read(&self.api).await?, billing::summary(&self.api).await?))
    }

    /// Makes any call of the emulator's AWS API, with the names of boto3:
    /// `aws("sqs", "get_queue_attributes", json!({"QueueUrl": ..}))`.
    ///
    /// # Errors
    /// The error that AWS would answer.
    pub async fn aws(&self, service: &str, operation: &str, parameters: Value) -> Result<Value> {
        let request = json!({ "service": service, "operation": operation, "parameters": parameters });
        self.aws.run_job("call", request, None).await.with_context(|| format!("{service} {operation}"))
    }

    /// Kills every running Lambda function, whatever it is doing, and returns their number. The
    /// next invocation starts a new process.
    #[must_use]
    pub fn kill_functions(&self) -> usize {
        functions::kill_all_in(&self.layout.path("scratch"))
    }

    /// Waits until a process of this stack has exited and returns a line with the reason.
    pub async fn wait_for_exit(&self) -> String {
        let Some(processes) = &self.processes else { return std::future::pending().await };
        loop {
            let ended = processes.exited().join(", ");
            // Waits once more, because a command that stops the stack removes the record last.
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

    /// Leaves the stack running when this process ends; only for one brought up with `detach`.
    pub fn detach(mut self) {
        self.processes = None;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(mut processes) = self.processes.take() {
            // The file may belong to a newer stack by now, even to one that is being brought up.
            let lock = processes.are_still_recorded().then(|| self.layout.lock());
            let ours = matches!(lock, Some(Ok(_))) && processes.are_still_recorded();
            processes.stop();
            if ours {
                // The next command then reports that no stack is up, rather than that one has
                // ended.
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
