//! One message: fanned out, dropped, or swept.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use digitalocean::Deadline as CallDeadline;
use domain::{Account, AccountId, AccountStatus, Clock, Receipt, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use inventory::{Access, Bootstrap, Mirrors, Next, Outcome, Run, Worker};
use runtime::{Deadline, Failure, Message, Metrics, OrFail, Outgoing, ProviderWrites, Queue, WorkerConfig};
use store::Table;

use crate::access::{DigitalOcean, Purpose};
use crate::outcome;

/// Time kept for writing the receipt when calls to DigitalOcean and changes to rows have to stop.
const RECEIPT_MARGIN: Duration = Duration::from_secs(10);
/// How much longer than the function may run its lease is: a sweep never outlives its lease.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(30);

/// A worker: everything its messages need.
pub struct SyncWorker {
    /// Which worker.
    pub worker: &'static Worker,
    /// Its configuration.
    pub config: WorkerConfig,
    /// The table.
    pub table: Table,
    /// DigitalOcean.
    pub digitalocean: DigitalOcean,
    /// Where messages are sent.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl SyncWorker {
    /// Handles one message.
    ///
    /// # Errors
    /// What should become of the message if it is not done with.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // Boxed: a batch of messages of sweeps of requests is a nest of futures deeper than the compiler looks.
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
        let lane = self.table.lane(&account.account, &self.worker.lane()).await?;
        if let Some(receipt) = lane.and_then(|lane| lane.last_complete)
            && receipt.status.is_complete()
            && receipt.started_at > message.scheduled_at
        {
            tracing::info!(newer_run_id = %receipt.run_id, "a newer sweep is complete, message dropped");
            return Ok(());
        }
        let outcome = self.sweep(&account, &run_id, deadline).await?;
        if let Outcome::Swept(receipt, _) = &outcome {
            self.report(&account.account, receipt);
        }
        outcome::settle(&outcome, message.attempt, self.clock.now())
    }

    /// One message for each account that is mirrored. Sent twice, the second finds the receipt of the first.
    async fn fan_out(&self, message: &Message) -> Result<(), Failure> {
        let accounts = self.table.accounts().await?;
        let enabled: Vec<_> = accounts.iter().filter(|a| a.status == AccountStatus::Enabled).collect();
        for account in &enabled {
            let body = message.for_account(account.account.as_str()).to_body();
            self.queue.send(&self.config.queue_url, Outgoing::new(body)).await?;
        }
        tracing::info!(accounts = enabled.len(), "fanned out");
        Ok(())
    }

    async fn sweep(&self, account: &Account, run_id: &RunId, deadline: Deadline) -> Result<Outcome, Failure> {
        let calls = CallDeadline::at(deadline.instant()).with_margin(RECEIPT_MARGIN);
        let access = self.digitalocean.access(account, Purpose::Sync, calls).await;
        let outcome = self.sweep_with(&access, account, run_id, deadline).await?;
        if !matches!(outcome, Outcome::Swept(_, Next::NewToken)) {
            return Ok(outcome);
        }
        // The token was changed since we cached it, or it is really refused: the one at hand tells.
        let access = self.digitalocean.access_anew(account, Purpose::Sync, calls).await;
        self.sweep_with(&access, account, run_id, deadline).await
    }

    async fn sweep_with(
        &self,
        access: &Access,
        account: &Account,
        run_id: &RunId,
        deadline: Deadline,
    ) -> Result<Outcome, Failure> {
        let calls = CallDeadline::at(deadline.instant()).with_margin(RECEIPT_MARGIN);
        let provisioning = match (self.worker.mirrors, self.config.provider_writes) {
            (Mirrors::Projects, ProviderWrites::Allow) => {
                match self.digitalocean.access(account, Purpose::Provisioning, calls).await {
                    Access::Granted(client) => Ok(client),
                    Access::Denied { reason, .. } => Err(reason),
                }
            }
            _ => Err("writes to DigitalOcean are off".to_owned()),
        };
        let bootstrap = Bootstrap { name: self.config.internal_project.clone(), provisioning };
        let lease_owner = RunId::random();
        let configured = self.config.strike_interval.and_then(|interval| TimeDelta::from_std(interval).ok());
        let run = Run {
            worker: self.worker,
            account: &account.account,
            run_id,
            table: &self.table,
            access,
            clock: self.clock.as_ref(),
            deadline: calls,
            lease_owner: lease_owner.as_str(),
            lease_ttl: TimeDelta::from_std(deadline.remaining()).unwrap_or_default() + LEASE_MARGIN,
            strike_interval: configured.unwrap_or_else(|| self.worker.strike_interval()),
            bootstrap: &bootstrap,
        };
        Ok(inventory::sweep(run).await?)
    }

    /// One line and one set of metrics for each sweep.
    fn report(&self, account: &AccountId, receipt: &Receipt) {
        let Receipt { status, pages, items, requests, changes, duration_ms, error, .. } = receipt;
        if status.is_complete() {
            tracing::info!(?status, pages, items, requests, changes = changes.total(), duration_ms, "swept");
        } else {
            tracing::warn!(?status, pages, items, requests, duration_ms, error, "sweep not complete");
        }
        let mut metrics = Metrics::new(self.worker.name);
        metrics.property("account", account.as_str());
        metrics.property("run_id", receipt.run_id.as_str());
        metrics.count("SweepsComplete", u64::from(status.is_complete()));
        metrics.count("SweepsIncomplete", u64::from(!status.is_complete()));
        metrics.count("Items", u64::from(*items));
        metrics.count("DigitalOceanRequests", u64::from(*requests));
        metrics.count("Changes", u64::from(changes.total()));
        metrics.milliseconds("SweepDuration", Duration::from_millis(*duration_ms));
    }
}
