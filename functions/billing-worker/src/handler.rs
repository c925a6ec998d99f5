//! Handles one message: fans it out to all accounts, drops it, or does its job.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{AccessDenied, AuthorizedClient, DigitalOceanClients, Purpose};
use billing::BillingWorkerSpec;
use chrono::{DateTime, Utc};
use digitalocean::Client;
use domain::{Account, AccountId, AccountStatus, Clock, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::{Deadline, Failure, Message, OrFail, OutgoingMessage, Queue, WorkerConfig};
use store::{Priority, Table};

use crate::error::Error;
use crate::inventory_cache::InventoryCache;
use crate::job::{Fetch, Job};
use crate::report::{JobReport, ReportContext, report};

/// The time reserved for recording the outcome: requests to DigitalOcean and the writing of lines
/// stop this long before the deadline.
const CLOSING_MARGIN: Duration = Duration::from_secs(10);

/// A billing worker with everything that processing its messages needs.
pub struct BillingWorker {
    /// The description of the worker, selected by `WORKER`.
    pub worker: &'static BillingWorkerSpec,
    /// The configuration from the environment.
    pub config: WorkerConfig,
    /// The URL of the queue of `invoice-ingest`.
    pub ingest_queue_url: String,
    /// The client of the DynamoDB table.
    pub table: Table,
    /// The source of DigitalOcean clients, one an account.
    pub digitalocean: DigitalOceanClients,
    /// The queue client that sends messages.
    pub queue: Arc<dyn Queue>,
    /// The clock that receipts, leases and records take their time from.
    pub clock: Arc<dyn Clock>,
    /// The inventory of the last account, kept from message to message.
    pub inventory_cache: InventoryCache,
}

/// A run of one job for one account.
pub(crate) struct JobRun<'a> {
    pub(crate) account: &'a Account,
    pub(crate) run_id: &'a RunId,
    pub(crate) message: &'a Message,
    pub(crate) deadline: Deadline,
    /// The time at which the run began.
    pub(crate) started_at: DateTime<Utc>,
}

impl JobRun<'_> {
    /// Returns the account's id, for example `demo`.
    pub(crate) fn slug(&self) -> &AccountId {
        &self.account.account
    }

    /// Returns the deadline of requests to DigitalOcean, [`CLOSING_MARGIN`] before the run's own.
    fn request_deadline(&self) -> Instant {
        Instant::now() + self.deadline.remaining_minus(CLOSING_MARGIN)
    }

    /// Returns whether only the time for recording the outcome is left.
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.deadline.is_past(CLOSING_MARGIN)
    }

    /// Runs a write to the table and aborts it when the run is out of time. An aborted write is
    /// continued by the next run.
    pub(crate) async fn within_deadline<T>(
        &self,
        work: impl Future<Output = Result<T, store::Error>>,
    ) -> Result<T, Error> {
        let left = self.deadline.remaining_minus(CLOSING_MARGIN);
        Ok(tokio::time::timeout(left, work).await.map_err(|_| Error::OutOfTime)??)
    }
}

impl BillingWorker {
    /// Handles one message of the worker's queue.
    ///
    /// # Errors
    /// Returns how the message is to be treated if it was not completed: retry, later, or dead
    /// letter.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // The future is boxed, because a batch of messages with lists of requests nests futures
        // deeper than the compiler's limit.
        self.process(message, deadline).boxed()
    }

    async fn process(&self, message: Message, deadline: Deadline) -> Result<(), Failure> {
        if message.is_for_all_accounts() {
            return self.fan_out(&message).await;
        }
        let account =
            AccountId::new(message.account.as_str()).or_terminal("the message's account is not a valid account id")?;
        let run_id = RunId::new(message.run_id.as_str()).or_terminal("the message's run_id is not a valid run id")?;
        let Some(account) = self.table.account(&account).await? else {
            return Err(Failure::terminal(format!("the account {account} is not registered")));
        };
        if account.status == AccountStatus::Paused {
            tracing::info!("account paused, message dropped");
            return Ok(());
        }
        let job = Job::parse(self.worker, &message)?;
        let run =
            JobRun { account: &account, run_id: &run_id, message: &message, deadline, started_at: self.clock.now() };
        if job.is_scheduled() {
            return self.run_scheduled(&job, &run).await;
        }
        let outcome = self.perform(&job, &run).await;
        if let Err(error) = &outcome {
            self.record_failure(&job, &run, error).await;
        }
        outcome.map(|_| ()).map_err(|error| error.into_failure(self.clock.now()))
    }

    /// Sends one message for each enabled account. A duplicate is harmless: it is dropped because
    /// of the receipt of the first.
    async fn fan_out(&self, message: &Message) -> Result<(), Failure> {
        let accounts = self.table.accounts().await?;
        let enabled: Vec<_> = accounts.iter().filter(|a| a.status == AccountStatus::Enabled).collect();
        for account in &enabled {
            let body = message.for_account(account.account.as_str()).to_body();
            self.queue.send(&self.config.queue_url, OutgoingMessage::new(body)).await?;
        }
        tracing::info!(accounts = enabled.len(), "fanned out");
        Ok(())
    }

    /// Does the job, then writes its log line and metrics.
    pub(crate) async fn perform(&self, job: &Job, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let started = Instant::now();
        let outcome = match job {
            Job::Fetch(fetch) => self.fetch(fetch, run).await,
            Job::Rematch(period, invoice) => self.rematch(*period, invoice, run).await,
            Job::ScheduleRematches => self.schedule_rematches(run).await,
        };
        let context = ReportContext {
            worker: self.worker,
            account: run.slug(),
            run_id: run.run_id,
            job,
            took: started.elapsed(),
        };
        report(&context, &outcome);
        outcome
    }

    async fn fetch(&self, fetch: &Fetch, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let (purpose, priority, deadline) = (Purpose::Billing, Priority::Billing, Some(run.request_deadline()));
        let opened = self.digitalocean.access(run.account, purpose, priority, deadline).await;
        let outcome = self.fetch_with(&granted(opened)?, fetch, run).await;
        if !outcome.as_ref().is_err_and(Error::needs_new_token) {
            return outcome;
        }
        // Either the token was rotated after it was cached, or DigitalOcean really refuses it. A
        // second attempt with the current token shows which.
        let opened = self.digitalocean.access_with_fresh_token(run.account, purpose, priority, deadline).await;
        self.fetch_with(&granted(opened)?, fetch, run).await
    }

    async fn fetch_with(&self, client: &Client, fetch: &Fetch, run: &JobRun<'_>) -> Result<JobReport, Error> {
        match fetch {
            Fetch::Balance => self.store_balance(client, run).await,
            Fetch::History => self.discover(client, run).await,
            Fetch::Invoice(period, invoice) => self.ingest(client, *period, invoice, run).await,
            Fetch::Preview => self.preview(client, run).await,
        }
    }
}

fn granted(opened: Result<AuthorizedClient, AccessDenied>) -> Result<Client, Error> {
    opened.map(|opened| opened.client).map_err(|AccessDenied { reason, retry }| Error::Denied { reason, retry })
}
