//! One message: fanned out, dropped, or done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{AccessDenied, AuthorizedClient, DigitalOceanClients, Purpose};
use billing::Worker;
use chrono::{DateTime, Utc};
use digitalocean::{Client, Deadline as CallDeadline};
use domain::{Account, AccountId, AccountStatus, Clock, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::{Deadline, Failure, Message, OrFail, OutgoingMessage, Queue, WorkerConfig};
use store::{Priority, Table};

use crate::job::{Job, Read};
use crate::known::LastKnown;
use crate::report::{About, Done, report};
use crate::trouble::Trouble;

/// Time kept for writing down what came of it when calls to DigitalOcean and the writing of lines have to stop.
const CLOSING_MARGIN: Duration = Duration::from_secs(10);

/// A worker: everything its messages need.
pub struct BillingWorker {
    /// Which worker.
    pub worker: &'static Worker,
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
    pub last_known: LastKnown,
}

/// One run of one job for one account.
pub(crate) struct Run<'a> {
    pub(crate) account: &'a Account,
    pub(crate) run_id: &'a RunId,
    pub(crate) message: &'a Message,
    pub(crate) deadline: Deadline,
    /// When it began.
    pub(crate) at: DateTime<Utc>,
}

impl Run<'_> {
    /// Its account's slug.
    pub(crate) fn slug(&self) -> &AccountId {
        &self.account.account
    }

    /// Until when DigitalOcean is asked.
    fn calls(&self) -> CallDeadline {
        CallDeadline::at(self.deadline.instant()).with_margin(CLOSING_MARGIN)
    }

    /// Whether there is time for no more than writing down what came of it.
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.deadline.is_past(CLOSING_MARGIN)
    }

    /// What comes of work on the table if there is time for it. Broken off, it goes on where it was in the next run.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, store::Error>>) -> Result<T, Trouble> {
        let left = self.deadline.remaining_minus(CLOSING_MARGIN);
        Ok(tokio::time::timeout(left, work).await.map_err(|_| Trouble::OutOfTime)??)
    }
}

impl BillingWorker {
    /// Handles one message.
    ///
    /// # Errors
    /// What should become of the message if it is not done with.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // Boxed: a batch of messages of lists of requests is a nest of futures deeper than the compiler looks.
        self.answer(message, deadline).boxed()
    }

    async fn answer(&self, message: Message, deadline: Deadline) -> Result<(), Failure> {
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
        let job = Job::of(self.worker, &message)?;
        let run = Run { account: &account, run_id: &run_id, message: &message, deadline, at: self.clock.now() };
        if job.is_scheduled() {
            return self.in_lane(&job, &run).await;
        }
        let outcome = self.perform(&job, &run).await;
        if let Err(trouble) = &outcome {
            self.note_on_head(&job, &run, trouble).await;
        }
        outcome.map(|_| ()).map_err(|trouble| trouble.failure(self.clock.now()))
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
    pub(crate) async fn perform(&self, job: &Job, run: &Run<'_>) -> Result<Done, Trouble> {
        let began = Instant::now();
        let outcome = match job {
            Job::Read(read) => self.read(read, run).await,
            Job::Rematch(period, invoice) => self.rematch(*period, invoice, run).await,
            Job::Look => self.look(run).await,
        };
        let about = About { worker: self.worker, account: run.slug(), run_id: run.run_id, job, took: began.elapsed() };
        report(&about, &outcome);
        outcome
    }

    async fn read(&self, read: &Read, run: &Run<'_>) -> Result<Done, Trouble> {
        let (purpose, priority, calls) = (Purpose::Billing, Priority::Billing, run.calls());
        let opened = self.digitalocean.access(run.account, purpose, priority, calls).await;
        let outcome = self.read_with(&granted(opened)?, read, run).await;
        if !outcome.as_ref().is_err_and(Trouble::needs_new_token) {
            return outcome;
        }
        // The token was changed since we cached it, or it is really refused: the one at hand tells.
        let opened = self.digitalocean.access_with_fresh_token(run.account, purpose, priority, calls).await;
        self.read_with(&granted(opened)?, read, run).await
    }

    async fn read_with(&self, client: &Client, read: &Read, run: &Run<'_>) -> Result<Done, Trouble> {
        match read {
            Read::Balance => self.take_balance(client, run).await,
            Read::History => self.discover(client, run).await,
            Read::Invoice(period, invoice) => self.ingest(client, *period, invoice, run).await,
            Read::Preview => self.preview(client, run).await,
        }
    }
}

fn granted(opened: Result<AuthorizedClient, AccessDenied>) -> Result<Client, Trouble> {
    opened.map(|opened| opened.client).map_err(|AccessDenied { reason, retry }| Trouble::Denied { reason, retry })
}
