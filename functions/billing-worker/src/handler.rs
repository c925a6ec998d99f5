//! One message: fanned out, dropped, or done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{AccessDenied, AuthorizedClient, DigitalOceanClients, Purpose};
use billing::BillingWorkerSpec;
use chrono::{DateTime, Utc};
use digitalocean::{Client, RequestDeadline};
use domain::{Account, AccountId, AccountStatus, Clock, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::{Deadline, Failure, Message, OrFail, OutgoingMessage, Queue, WorkerConfig};
use store::{Priority, Table};

use crate::error::Error;
use crate::inventory_cache::InventoryCache;
use crate::job::{Fetch, Job};
use crate::report::{JobReport, ReportContext, report};

/// Time kept for writing down what came of it when calls to DigitalOcean and the writing of lines have to stop.
const CLOSING_MARGIN: Duration = Duration::from_secs(10);

/// A worker: everything its messages need.
pub struct BillingWorker {
    /// Which worker.
    pub worker: &'static BillingWorkerSpec,
    /// Its configuration.
    pub config: WorkerConfig,
    /// The queue on which invoices are asked for.
    pub ingest_queue_url: String,
    /// The table.
    pub table: Table,
    /// DigitalOcean.
    pub digitalocean: DigitalOceanClients,
    /// Where messages are sent.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What lines are matched to, kept from message to message.
    pub inventory_cache: InventoryCache,
}

/// One run of one job for one account.
pub(crate) struct JobRun<'a> {
    pub(crate) account: &'a Account,
    pub(crate) run_id: &'a RunId,
    pub(crate) message: &'a Message,
    pub(crate) deadline: Deadline,
    /// When it began.
    pub(crate) started_at: DateTime<Utc>,
}

impl JobRun<'_> {
    /// Its account's slug.
    pub(crate) fn slug(&self) -> &AccountId {
        &self.account.account
    }

    /// Until when DigitalOcean is asked.
    fn request_deadline(&self) -> RequestDeadline {
        RequestDeadline::at(self.deadline.instant()).with_margin(CLOSING_MARGIN)
    }

    /// Whether there is time for no more than writing down what came of it.
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.deadline.is_past(CLOSING_MARGIN)
    }

    /// What comes of work on the table if there is time for it. Broken off, it goes on where it was in the next run.
    pub(crate) async fn within_deadline<T>(
        &self,
        work: impl Future<Output = Result<T, store::Error>>,
    ) -> Result<T, Error> {
        let left = self.deadline.remaining_minus(CLOSING_MARGIN);
        Ok(tokio::time::timeout(left, work).await.map_err(|_| Error::OutOfTime)??)
    }
}

impl BillingWorker {
    /// Handles one message.
    ///
    /// # Errors
    /// What should become of the message if it is not done with.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // Boxed: a batch of messages of lists of requests is a nest of futures deeper than the compiler looks.
        self.process(message, deadline).boxed()
    }

    async fn process(&self, message: Message, deadline: Deadline) -> Result<(), Failure> {
        if message.is_for_all_accounts() {
            return self.fan_out(&message).await;
        }
        let account = AccountId::new(message.account.as_str()).or_terminal("not an account")?;
        let run_id = RunId::new(message.run_id.as_str()).or_terminal("not a run id")?;
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

    /// One message for each account that is mirrored. Sent twice, the second finds the receipt of the first.
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

    /// Does the job and reports on it.
    pub(crate) async fn perform(&self, job: &Job, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let began = Instant::now();
        let outcome = match job {
            Job::Fetch(fetch) => self.fetch(fetch, run).await,
            Job::Rematch(period, invoice) => self.rematch(*period, invoice, run).await,
            Job::ScheduleRematches => self.schedule_rematches(run).await,
        };
        let context =
            ReportContext { worker: self.worker, account: run.slug(), run_id: run.run_id, job, took: began.elapsed() };
        report(&context, &outcome);
        outcome
    }

    async fn fetch(&self, fetch: &Fetch, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let (purpose, priority, deadline) = (Purpose::Billing, Priority::Billing, run.request_deadline());
        let opened = self.digitalocean.access(run.account, purpose, priority, deadline).await;
        let outcome = self.fetch_with(&granted(opened)?, fetch, run).await;
        if !outcome.as_ref().is_err_and(Error::needs_new_token) {
            return outcome;
        }
        // The token was changed since we cached it, or it is really refused: the one at hand tells.
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
