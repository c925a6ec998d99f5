//! Handles one message: its sweep, or one for each kind of the worker.

use std::time::Duration;

use access::{AuthorizedClient, DigitalOceanFailure, Purpose};
use chrono::TimeDelta;
use domain::{Kind, Receipt, RunId, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use inventory::{Access, Bootstrap, FollowUp, InventoryWorker, SweepOutcome, SweepRun, Target};
use runtime::{Deadline, Failure, Message, ProviderWrites};
use serde::{Deserialize, Serialize};
use store::Priority;
use worker::{AccountJob, MessageHandler, Services};

use crate::outcome;

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
    /// The configuration and the connections of the function.
    pub services: Services,
}

impl MessageHandler for SyncWorker {
    fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        async move {
            let Some(job) = AccountJob::begin(&self.services, message, deadline).await? else { return Ok(()) };
            let fields: Message<SyncFields> =
                job.message.clone().typed().map_err(Failure::terminal_for("not a message of this worker"))?;
            match (fields.fields.kind, self.worker.targets) {
                (Some(kind), _) => match self.worker.target(&kind) {
                    Some(target) => self.mirror(target, &job).await,
                    None => Err(Failure::terminal(format!("the worker {} does not mirror {kind}", self.worker.name))),
                },
                (None, [target]) => self.mirror(target, &job).await,
                (None, targets) => self.mirror_all(targets, &job).await,
            }
        }
        .boxed()
    }
}

impl SyncWorker {
    /// Mirrors one target after another. A target that has to wait or to be retried is re-queued as
    /// a separate message, so that it does not delay the others.
    async fn mirror_all(&self, targets: &'static [Target], job: &AccountJob<'_>) -> Result<(), Failure> {
        let mut terminal = Vec::new();
        for target in targets {
            let kind = target.sync_kind();
            let outcome = match job.deadline.remaining() > MIN_TARGET_TIME {
                true => self.mirror(target, job).await,
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
            job.send_again(SyncFields { kind: Some(kind) }, delay).await?;
        }
        if terminal.is_empty() { Ok(()) } else { Err(Failure::terminal(terminal.join("; "))) }
    }

    /// Mirrors one target, unless a newer sweep is already complete.
    async fn mirror(&self, target: &'static Target, job: &AccountJob<'_>) -> Result<(), Failure> {
        let kind = target.sync_kind();
        if job.is_superseded(&kind).await? {
            return Ok(());
        }
        let outcome = self.sweep(target, job).await?;
        if let SweepOutcome::Swept(receipt, _) = &outcome {
            report(&kind, job, receipt);
        }
        match (target, &outcome) {
            // A fast poll is never retried: the next tick, a minute later, does the same work.
            (Target::FastDroplets, _) => Ok(()),
            // A scan that made progress is not a failed attempt, so it continues with attempt 0.
            (target, SweepOutcome::Swept(receipt, FollowUp::Continue))
                if target.parent_kind().is_some() && receipt.items > 0 =>
            {
                Ok(job.send_again(SyncFields { kind: Some(kind) }, Duration::from_secs(1)).await?)
            }
            _ => outcome::to_message_result(&outcome, job),
        }
    }

    async fn sweep(&self, target: &'static Target, job: &AccountJob<'_>) -> Result<SweepOutcome, inventory::Error> {
        let (purpose, priority) = match target {
            Target::FastDroplets => (Purpose::Fast, Priority::Fast),
            target if target.parent_kind().is_some() => (Purpose::Sync, Priority::ParentScans),
            Target::Projects | Target::Kind(_) => (Purpose::Sync, Priority::Full),
        };
        let refused =
            |outcome: &Result<SweepOutcome, _>| matches!(outcome, Ok(SweepOutcome::Swept(_, FollowUp::NewToken)));
        let sweep = |opened| self.sweep_with(sweep_access(opened), target, job).boxed();
        self.services.digitalocean.with_current_token(&job.access(purpose, priority), refused, sweep).await
    }

    async fn sweep_with(
        &self,
        access: Access,
        target: &'static Target,
        job: &AccountJob<'_>,
    ) -> Result<SweepOutcome, inventory::Error> {
        let Services { config, table, digitalocean, clock, .. } = &self.services;
        let provisioning = match (target, config.provider_writes) {
            (Target::Projects, ProviderWrites::Allow) => {
                let opened = digitalocean.access(&job.access(Purpose::Provisioning, Priority::Provisioning)).await;
                opened.map(|opened| opened.client).map_err(|failure| failure.reason)
            }
            _ => Err("writes to DigitalOcean are off".to_owned()),
        };
        let bootstrap = Bootstrap { name: config.internal_project.clone(), provisioning };
        let lease_owner = RunId::random();
        let configured = config.strike_interval.and_then(|interval| TimeDelta::from_std(interval).ok());
        let run = SweepRun {
            worker: self.worker,
            target,
            account: job.slug(),
            run_id: &job.run_id,
            table,
            access: &access,
            clock: clock.as_ref(),
            deadline: job.closing_time().instant(),
            lease_owner: lease_owner.as_str(),
            lease_ttl: job.lease_ttl(),
            strike_interval: configured.unwrap_or_else(|| self.worker.strike_interval()),
            bootstrap: &bootstrap,
        };
        inventory::sweep(run).await
    }
}

/// Writes one log line and one set of metrics for a sweep.
fn report(kind: &Kind, job: &AccountJob<'_>, receipt: &Receipt) {
    let Receipt { status, pages, items, requests, changes, duration_ms, error, .. } = receipt;
    if status.is_complete() {
        tracing::info!(%kind, ?status, pages, items, requests, changes = changes.total(), duration_ms, "sweep complete");
    } else {
        tracing::warn!(%kind, ?status, pages, items, requests, duration_ms, error, "sweep not complete");
    }
    let mut metrics = job.metrics();
    metrics.property("kind", kind.as_str());
    metrics.count("SweepsComplete", u64::from(status.is_complete()));
    metrics.count("SweepsIncomplete", u64::from(!status.is_complete()));
    metrics.count("Items", u64::from(*items));
    metrics.count("DigitalOceanRequests", u64::from(*requests));
    metrics.count("Changes", u64::from(changes.total()));
    metrics.milliseconds("SweepDuration", Duration::from_millis(*duration_ms));
}

/// Converts the result of opening access to the form that a sweep expects.
fn sweep_access(opened: Result<AuthorizedClient, DigitalOceanFailure>) -> Access {
    match opened {
        Ok(AuthorizedClient { client, token_id }) => Access::Granted { client, token_id },
        Err(DigitalOceanFailure { reason, remedy }) => Access::Denied { reason, next: remedy.into() },
    }
}
