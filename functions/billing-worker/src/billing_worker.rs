//! Handles one message: does the job that it requests for an account.

use std::time::Instant;

use access::{AuthorizedClient, DigitalOceanFailure, Purpose, Remedy};
use billing::{BILLING_HISTORY, BillingWorkerSpec};
use domain::ChangeCounts;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::{ConfigError, Deadline, Env, Failure, Message};
use store::Priority;
use url::Url;
use worker::{AccountJob, MessageHandler, Services};

use crate::error::Error;
use crate::from_digitalocean;
use crate::inventory_cache::InventoryCache;
use crate::job::{Fetch, Job};
use crate::report::{JobReport, report};

/// A billing worker with everything that processing its messages needs.
pub struct BillingWorker {
    /// The description of the worker, selected by `WORKER`.
    pub worker: &'static BillingWorkerSpec,
    /// The configuration and the connections of the function.
    pub services: Services,
    /// The URL of the queue of `invoice-ingest`.
    pub ingest_queue_url: String,
    /// The most recently read inventory, kept for the next message.
    pub inventory_cache: InventoryCache,
}

impl BillingWorker {
    /// Creates a worker. Only `billing-history` reads the URL of the queue of `invoice-ingest` from
    /// `INGEST_QUEUE_URL`; for `invoice-ingest` it is the worker's own queue, and `balance` does
    /// not use it.
    ///
    /// # Errors
    /// Fails if the variable is missing or is not a URL.
    pub fn new(worker: &'static BillingWorkerSpec, services: Services, mut env: Env) -> Result<Self, ConfigError> {
        let ingest_queue_url = if *worker == BILLING_HISTORY {
            let url = env.parse::<Url>("INGEST_QUEUE_URL", "the URL of the SQS queue of invoice-ingest");
            env.finish(|| Ok(url?.into()))?
        } else {
            services.config.queue_url.clone()
        };
        Ok(Self { worker, services, ingest_queue_url, inventory_cache: InventoryCache::default() })
    }

    /// Does the job, then writes its log line and metrics.
    pub(crate) async fn perform(&self, job: &Job, run: &AccountJob<'_>) -> Result<JobReport, Error> {
        let started = Instant::now();
        let outcome = match job {
            Job::Fetch(fetch) => self.fetch(fetch, run).await,
            Job::Rematch(period, invoice) => self.rematch(*period, invoice, run).await,
            Job::ScheduleRematches => self.schedule_rematches(run).await,
        };
        report(job, run, started.elapsed(), &outcome);
        outcome
    }

    async fn fetch(&self, fetch: &Fetch, run: &AccountJob<'_>) -> Result<JobReport, Error> {
        let refused = |outcome: &Result<JobReport, Error>| matches!(outcome, Err(error) if error.remedy() == Some(Remedy::NewToken));
        let fetch = |opened| self.fetch_with(opened, fetch, run).boxed();
        let request = run.access(Purpose::Billing, Priority::Billing);
        self.services.digitalocean.with_current_token(&request, refused, fetch).await
    }

    async fn fetch_with(
        &self,
        opened: Result<AuthorizedClient, DigitalOceanFailure>,
        fetch: &Fetch,
        run: &AccountJob<'_>,
    ) -> Result<JobReport, Error> {
        let client = &opened?.client;
        match fetch {
            Fetch::Balance => {
                let balance = client.billing().balance().await?;
                let snapshot = from_digitalocean::balance(run.slug(), run.started_at, &balance);
                let new = self.services.table.put_balance(&snapshot).await?;
                let changes = ChangeCounts { discovered: u32::from(new), ..ChangeCounts::default() };
                Ok(JobReport { pages: 1, items: 1, requests: 1, changes, ..JobReport::default() })
            }
            Fetch::History => self.discover(client, run).await,
            Fetch::Invoice(period, invoice) => self.ingest(client, *period, invoice, run).await,
            Fetch::Preview => self.preview(client, run).await,
        }
    }
}

impl MessageHandler for BillingWorker {
    fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        async move {
            let Some(run) = AccountJob::begin(&self.services, message, deadline).await? else { return Ok(()) };
            let job = Job::parse(self.worker, &run.message)?;
            if job.is_scheduled() {
                return self.run_scheduled(&job, &run).await;
            }
            let outcome = self.perform(&job, &run).await;
            if let Err(error) = &outcome {
                self.record_failure(&job, &run, error).await;
            }
            outcome.map(|_| ()).map_err(|error| error.into_failure(self.services.clock.now()))
        }
        .boxed()
    }
}
