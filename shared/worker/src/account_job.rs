//! The job of one account: what a message asks a worker to do, and what holds for every such job.

use std::time::Duration;

use access::{AccessRequest, Purpose};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Account, AccountId, AccountStatus, Kind, RunId};
use runtime::{Deadline, Failure, Message, Metrics, OutgoingMessage};
use serde::Serialize;
use store::{Priority, SyncLeaseOutcome};

use crate::Services;

/// The time reserved for recording the outcome: requests to DigitalOcean and changes to records
/// stop this long before the deadline.
const CLOSING_MARGIN: Duration = Duration::from_secs(10);
/// The time by which a lease outlasts the function's remaining time, so that a job never outlives
/// its lease.
const LEASE_MARGIN: TimeDelta = TimeDelta::seconds(30);
/// The delay of a message that found another job of the same kind and account in progress.
const BUSY_DELAY: Duration = Duration::from_secs(20);
/// The number of such delays. After them, another message of the same kind and account is being
/// processed, so this one can be dropped.
const BUSY_ATTEMPTS: u32 = 18;

/// The error of work that had to stop, so that its outcome can still be recorded. Completed writes
/// are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run is out of time; completed writes are kept, and the next run continues from there")]
pub struct OutOfTime;

/// The job that a message requests for one account.
pub struct AccountJob<'a> {
    /// The configuration and the connections of the function.
    pub services: &'a Services,
    /// The account, which is registered and not paused.
    pub account: Account,
    /// The id of the run in logs and receipts.
    pub run_id: RunId,
    /// The message that requests the job.
    pub message: Message,
    /// The time at which Lambda ends the function.
    pub deadline: Deadline,
    /// The time at which the job began.
    pub started_at: DateTime<Utc>,
}

impl<'a> AccountJob<'a> {
    /// Begins the job of a message; `None` if nothing is left to do: the message was for all
    /// accounts and became one for each enabled account, or the account is paused.
    ///
    /// # Errors
    /// A dead letter if the message cannot be for an account here, a retry if the table or the
    /// queue does not answer.
    pub async fn begin(services: &'a Services, message: Message, deadline: Deadline) -> Result<Option<Self>, Failure> {
        if message.is_for_all_accounts() {
            return fan_out(services, &message).await.map(|()| None);
        }
        let id = AccountId::new(message.account.as_str())
            .map_err(Failure::terminal_for("the message's account is not a valid account id"))?;
        let run_id = RunId::new(message.run_id.as_str())
            .map_err(Failure::terminal_for("the message's run_id is not a valid run id"))?;
        let Some(account) = services.table.account(&id).await? else {
            return Err(Failure::terminal(format!("the account {id} is not registered")));
        };
        if account.status == AccountStatus::Paused {
            tracing::info!("account paused, message dropped");
            return Ok(None);
        }
        let started_at = services.clock.now();
        Ok(Some(Self { services, account, run_id, message, deadline, started_at }))
    }

    /// Returns the account's id, for example `demo`.
    #[must_use]
    pub fn slug(&self) -> &AccountId {
        &self.account.account
    }

    /// Returns the time at which requests and writes stop, so that the outcome can be recorded.
    #[must_use]
    pub fn closing_time(&self) -> Deadline {
        self.deadline.earlier_by(CLOSING_MARGIN)
    }

    /// Runs work and aborts it at the [closing time](Self::closing_time).
    ///
    /// # Errors
    /// If the time was up before the work was done.
    pub async fn within_time<T>(&self, work: impl Future<Output = T>) -> Result<T, OutOfTime> {
        tokio::time::timeout(self.closing_time().remaining(), work).await.map_err(|_| OutOfTime)
    }

    /// Returns which client of DigitalOcean the job needs for a purpose.
    #[must_use]
    pub fn access(&self, purpose: Purpose, priority: Priority) -> AccessRequest<'_> {
        AccessRequest { account: &self.account, purpose, priority, deadline: Some(self.closing_time().instant()) }
    }

    /// Returns whether a complete run began after this message was scheduled, so that its work is
    /// done. SQS may deliver such a message at any time.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn is_superseded(&self, kind: &Kind) -> Result<bool, store::Error> {
        let state = self.services.table.sync_state(self.slug(), kind).await?;
        let newer = state
            .and_then(|state| state.last_complete)
            .filter(|receipt| receipt.status.is_complete() && receipt.started_at > self.message.scheduled_at);
        if let Some(receipt) = &newer {
            tracing::info!(%kind, newer_run_id = %receipt.run_id, "a newer run is complete, message dropped");
        }
        Ok(newer.is_some())
    }

    /// Returns how long a lease taken now has to last.
    #[must_use]
    pub fn lease_ttl(&self) -> TimeDelta {
        TimeDelta::from_std(self.deadline.remaining()).unwrap_or_default() + LEASE_MARGIN
    }

    /// Takes the lease of (account, kind). Every attempt has an owner of its own, also repeated
    /// deliveries of one message.
    ///
    /// # Errors
    /// If the table cannot be written.
    pub async fn take_lease(&self, kind: &Kind) -> Result<SyncLeaseOutcome, store::Error> {
        let (table, owner) = (&self.services.table, RunId::random());
        table.acquire_sync_lease(self.slug(), kind, owner.as_str(), self.started_at, self.lease_ttl()).await
    }

    /// Returns the result of the message if another run has the lease: it waits, and is dropped
    /// after so many delays that the work was surely done by others.
    ///
    /// # Errors
    /// Always [`Failure::Later`].
    pub fn wait_for_lease(&self, reason: &str) -> Result<(), Failure> {
        let attempt = self.message.attempt;
        if attempt < BUSY_ATTEMPTS {
            return Err(Failure::later(BUSY_DELAY, reason));
        }
        tracing::warn!(attempt, reason, "still waiting for another run, message dropped");
        Ok(())
    }

    /// Sends this message again with these fields, to begin with attempt 0 after a delay.
    ///
    /// # Errors
    /// If the fields are not a JSON object, or the queue does not answer.
    pub async fn send_again(&self, fields: impl Serialize, delay: Duration) -> Result<(), runtime::Error> {
        let message = Message { attempt: 0, ..self.message.clone() }.with_fields(fields)?;
        let outgoing = OutgoingMessage::new(message.to_body()).delayed(delay);
        self.services.queue.send(&self.services.config.queue_url, outgoing).await
    }

    /// Returns the metrics of the job, found by account and run.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let mut metrics = Metrics::new(&self.services.config.worker);
        metrics.property("account", self.slug().as_str());
        metrics.property("run_id", self.run_id.as_str());
        metrics
    }
}

/// Sends one message for each enabled account. A duplicate is harmless: it is dropped because of
/// the receipt of the first.
async fn fan_out(services: &Services, message: &Message) -> Result<(), Failure> {
    let accounts = services.table.accounts().await?;
    let enabled: Vec<_> = accounts.iter().filter(|account| account.status == AccountStatus::Enabled).collect();
    for account in &enabled {
        let body = message.for_account(account.account.as_str()).to_body();
        services.queue.send(&services.config.queue_url, OutgoingMessage::new(body)).await?;
    }
    tracing::info!(accounts = enabled.len(), "fanned out");
    Ok(())
}
