//! Handles one message: fans it out to all accounts, drops it, or runs its sweep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{AccessDenied, AuthorizedClient, DigitalOceanClients, Purpose};
use chrono::TimeDelta;
use domain::{Account, AccountId, AccountStatus, Clock, Kind, Receipt, RunId, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use inventory::{Access, Bootstrap, FollowUp, InventoryWorker, SweepOutcome, SweepRun, Target};
use runtime::{Deadline, Failure, Message, Metrics, OrFail, OutgoingMessage, ProviderWrites, Queue, WorkerConfig};
use serde::{Deserialize, Serialize};
use store::{Priority, Table};

use crate::outcome;

/// The time reserved for writing the receipt: requests to DigitalOcean and changes to records stop
/// this long before the deadline.
const RECEIPT_MARGIN: Duration = Duration::from_secs(10);
/// The time by which the lease outlasts the function's remaining time, so that a sweep never
/// outlives its lease.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(30);

/// The minimum remaining time for starting a target.
const MIN_TARGET_TIME: Duration = Duration::from_secs(30);
/// The delay of the separate message for a kind that failed temporarily.
const RETRY_DELAY: Duration = Duration::from_secs(60);

/// The fields that messages of these workers have besides the envelope.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SyncFields {
    /// The kind to mirror; if absent, all kinds of the worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
}

/// An inventory worker with everything that processing its messages needs.
pub struct SyncWorker {
    /// The description of the worker, selected by `WORKER`.
    pub worker: &'static InventoryWorker,
    /// The configuration from the environment.
    pub config: WorkerConfig,
    /// The client of the DynamoDB table.
    pub table: Table,
    /// The source of DigitalOcean clients, one an account.
    pub digitalocean: DigitalOceanClients,
    /// The queue client that sends messages.
    pub queue: Arc<dyn Queue>,
    /// The clock that receipts, leases and records take their time from.
    pub clock: Arc<dyn Clock>,
}

impl SyncWorker {
    /// Handles one message of the worker's queue.
    ///
    /// # Errors
    /// Returns how the message is to be treated if it was not completed: retry, later, or dead
    /// letter.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // The future is boxed, because a batch of messages with sweeps of requests nests futures
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
        let fields: SyncFields = message.clone().typed().or_terminal("not a message of this worker")?.fields;
        match (fields.kind, self.worker.targets) {
            (Some(kind), _) => {
                let target = self.worker.target(&kind);
                let unknown = || Failure::terminal(format!("the worker {} does not mirror {kind}", self.worker.name));
                self.mirror(target.ok_or_else(unknown)?, &account, &run_id, &message, deadline).await
            }
            (None, [target]) => self.mirror(target, &account, &run_id, &message, deadline).await,
            (None, targets) => self.mirror_all(targets, &account, &run_id, &message, deadline).await,
        }
    }

    /// Mirrors one target after another. A target that has to wait or to be retried is re-queued as
    /// a separate message, so that it does not delay the others.
    async fn mirror_all(
        &self,
        targets: &'static [Target],
        account: &Account,
        run_id: &RunId,
        message: &Message,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let mut terminal = Vec::new();
        for target in targets {
            let kind = target.sync_kind();
            let outcome = match deadline.remaining() > MIN_TARGET_TIME {
                true => self.mirror(target, account, run_id, message, deadline).await,
                false => Err(Failure::later(Duration::ZERO, "not enough time is left to start this kind")),
            };
            let (delay, reason) = match outcome {
                Ok(()) => continue,
                Err(Failure::Later { delay, reason }) => (delay, reason),
                Err(Failure::Retry { source }) => (RETRY_DELAY, error_chain(source.as_ref())),
                Err(Failure::Terminal { reason, .. }) => {
                    terminal.push(format!("{kind}: {reason}"));
                    continue;
                }
            };
            tracing::info!(%kind, delay_s = delay.as_secs(), reason, "re-queued as a separate message");
            self.requeue(message, &kind, delay).await?;
        }
        if terminal.is_empty() { Ok(()) } else { Err(Failure::terminal(terminal.join("; "))) }
    }

    /// Sends a message for one kind only, with attempt 0.
    async fn requeue(&self, message: &Message, kind: &Kind, delay: Duration) -> Result<(), Failure> {
        let message = Message { attempt: 0, ..message.clone() };
        let message = message.with_fields(SyncFields { kind: Some(kind.clone()) })?;
        self.queue.send(&self.config.queue_url, OutgoingMessage::new(message.to_body()).delayed(delay)).await?;
        Ok(())
    }

    /// Mirrors one target, unless a newer sweep is already complete.
    async fn mirror(
        &self,
        target: &'static Target,
        account: &Account,
        run_id: &RunId,
        message: &Message,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let sync_state = self.table.sync_state(&account.account, &target.sync_kind()).await?;
        if let Some(receipt) = sync_state.and_then(|sync_state| sync_state.last_complete)
            && receipt.status.is_complete()
            && receipt.started_at > message.scheduled_at
        {
            tracing::info!(newer_run_id = %receipt.run_id, "a newer sweep is complete, message dropped");
            return Ok(());
        }
        let outcome = self.sweep(target, account, run_id, deadline).await?;
        if let SweepOutcome::Swept(receipt, _) = &outcome {
            self.report(target, &account.account, receipt);
        }
        match (target, &outcome) {
            // A fast poll is never retried: the next tick, a minute later, does the same work.
            (Target::FastDroplets, _) => Ok(()),
            // A scan that made progress is not a failed attempt, so it continues with attempt 0.
            (Target::Children(_), SweepOutcome::Swept(receipt, FollowUp::Continue)) if receipt.items > 0 => {
                self.requeue(message, &target.sync_kind(), Duration::from_secs(1)).await
            }
            _ => outcome::to_message_result(&outcome, message.attempt, self.clock.now()),
        }
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

    async fn sweep(
        &self,
        target: &'static Target,
        account: &Account,
        run_id: &RunId,
        deadline: Deadline,
    ) -> Result<SweepOutcome, Failure> {
        let request_deadline = Instant::now() + deadline.remaining_minus(RECEIPT_MARGIN);
        let (purpose, priority) = match target {
            Target::FastDroplets => (Purpose::Fast, Priority::Fast),
            Target::Projects | Target::Listed(_) => (Purpose::Sync, Priority::Full),
            Target::Children(_) => (Purpose::Sync, Priority::ParentScans),
        };
        let access = sweep_access(self.digitalocean.access(account, purpose, priority, Some(request_deadline)).await);
        let outcome = self.sweep_with(&access, target, account, run_id, deadline).await?;
        if !matches!(outcome, SweepOutcome::Swept(_, FollowUp::NewToken)) {
            return Ok(outcome);
        }
        // Either the token was rotated after it was cached, or DigitalOcean really refuses it. A
        // second attempt with the current token shows which.
        let access = sweep_access(
            self.digitalocean.access_with_fresh_token(account, purpose, priority, Some(request_deadline)).await,
        );
        self.sweep_with(&access, target, account, run_id, deadline).await
    }

    async fn sweep_with(
        &self,
        access: &Access,
        target: &'static Target,
        account: &Account,
        run_id: &RunId,
        deadline: Deadline,
    ) -> Result<SweepOutcome, Failure> {
        let request_deadline = Instant::now() + deadline.remaining_minus(RECEIPT_MARGIN);
        let provisioning = match (target, self.config.provider_writes) {
            (Target::Projects, ProviderWrites::Allow) => {
                let opened = self
                    .digitalocean
                    .access(account, Purpose::Provisioning, Priority::Provisioning, Some(request_deadline))
                    .await;
                opened.map(|opened| opened.client).map_err(|refusal| refusal.reason)
            }
            _ => Err("writes to DigitalOcean are off".to_owned()),
        };
        let bootstrap = Bootstrap { name: self.config.internal_project.clone(), provisioning };
        let lease_owner = RunId::random();
        let configured = self.config.strike_interval.and_then(|interval| TimeDelta::from_std(interval).ok());
        let run = SweepRun {
            worker: self.worker,
            target,
            account: &account.account,
            run_id,
            table: &self.table,
            access,
            clock: self.clock.as_ref(),
            deadline: request_deadline,
            lease_owner: lease_owner.as_str(),
            lease_ttl: TimeDelta::from_std(deadline.remaining()).unwrap_or_default() + LEASE_MARGIN,
            strike_interval: configured.unwrap_or_else(|| self.worker.strike_interval()),
            bootstrap: &bootstrap,
        };
        Ok(inventory::sweep(run).await?)
    }

    /// Writes one log line and one set of metrics for a sweep.
    fn report(&self, target: &Target, account: &AccountId, receipt: &Receipt) {
        let kind = target.sync_kind();
        let Receipt { status, pages, items, requests, changes, duration_ms, error, .. } = receipt;
        if status.is_complete() {
            tracing::info!(%kind, ?status, pages, items, requests, changes = changes.total(), duration_ms, "sweep complete");
        } else {
            tracing::warn!(%kind, ?status, pages, items, requests, duration_ms, error, "sweep not complete");
        }
        let mut metrics = Metrics::new(self.worker.name);
        metrics.property("account", account.as_str());
        metrics.property("kind", kind.as_str());
        metrics.property("run_id", receipt.run_id.as_str());
        metrics.count("SweepsComplete", u64::from(status.is_complete()));
        metrics.count("SweepsIncomplete", u64::from(!status.is_complete()));
        metrics.count("Items", u64::from(*items));
        metrics.count("DigitalOceanRequests", u64::from(*requests));
        metrics.count("Changes", u64::from(changes.total()));
        metrics.milliseconds("SweepDuration", Duration::from_millis(*duration_ms));
    }
}

/// Converts the result of opening access to the form that a sweep expects.
fn sweep_access(opened: Result<AuthorizedClient, AccessDenied>) -> Access {
    match opened {
        Ok(AuthorizedClient { client, token_id }) => Access::Granted { client, token_id },
        Err(AccessDenied { reason, retry }) => {
            Access::Denied { reason, next: if retry { FollowUp::Retry } else { FollowUp::OperatorActionRequired } }
        }
    }
}
