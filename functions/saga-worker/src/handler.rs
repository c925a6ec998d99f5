//! The handling of one message: it drives a saga, or sends wake-ups for all overdue ones.

use std::time::Duration;

use chrono::TimeDelta;
use domain::RunId;
use futures::FutureExt;
use futures::future::BoxFuture;
use provisioning::{DigitalOceanProvider, SagaFunction, TableExpectations, WakeUp, WakeUpQueue};
use runtime::{Deadline, Failure, Message, Metrics};
use sagas::record::{Phase, SagaId, SagaStatus};
use sagas::step::Steps;
use sagas::{DriveOutcome, Ports, Timing, WorkerSession, drive, reconcile};
use worker::{MessageHandler, Services};

/// The time kept for giving a saga's lease back when the session has to end.
const SAVE_MARGIN: Duration = Duration::from_secs(3);
/// The number of overdue sagas for which one run sends wake-ups: as many as it can send within the
/// function's time.
const MAX_WAKE_UPS: usize = 500;
/// The largest number of stuck sagas that is counted: the alarm is raised long before.
const COUNT_UP_TO: usize = 100;

/// A saga worker with all that its messages need.
pub struct SagaWorker {
    /// The worker's name, phase and interval.
    pub worker: &'static SagaFunction,
    /// The configuration and the connections of the function.
    pub services: Services,
    /// The durations and limits of the engine.
    pub timing: Timing,
    /// The steps that this build has.
    pub steps: Steps,
    /// The sender of wake-ups.
    pub notifier: WakeUpQueue,
}

impl MessageHandler for SagaWorker {
    fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        async move {
            let Some(phase) = self.worker.phase else { return self.reconcile().await };
            let message: Message<WakeUp> = message.typed().map_err(Failure::terminal_for("not a wake-up message"))?;
            self.drive(&message.fields.saga, phase, deadline).await
        }
        .boxed()
    }
}

impl SagaWorker {
    async fn drive(&self, saga: &SagaId, phase: Phase, deadline: Deadline) -> Result<(), Failure> {
        let Services { config, table, digitalocean, clock, .. } = &self.services;
        let deadline = deadline.earlier_by(SAVE_MARGIN);
        let provider = DigitalOceanProvider::new(
            digitalocean.clone(),
            table.clone(),
            clock.clone(),
            phase,
            config.provider_writes,
            &self.timing,
            deadline.instant(),
        );
        let expectations = TableExpectations(table.clone());
        let ports = Ports {
            saga_store: table,
            provider: &provider,
            notifier: &self.notifier,
            expectations: &expectations,
            clock: clock.as_ref(),
            steps: self.steps,
            timing: &self.timing,
        };
        // Each delivery has its own lease owner. The ledger names it, and the log line below
        // connects it to the request's other lines.
        let owner = RunId::random();
        let until = clock.now() + TimeDelta::from_std(deadline.remaining()).unwrap_or_default();
        let session = WorkerSession { owner: owner.as_str(), phase, until };
        let outcome = drive(&ports, saga, &session).await?;
        let requests = provider.requests();
        match outcome {
            DriveOutcome::Unknown => tracing::warn!(%saga, "no such saga; wake-up dropped"),
            outcome => tracing::info!(%saga, owner = owner.as_str(), ?outcome, requests, "saga driven"),
        }
        let mut metrics = Metrics::new(self.worker.name);
        metrics.property("saga", saga.to_string());
        metrics.count("DigitalOceanRequests", requests);
        metrics.count(metric_name(outcome), 1);
        Ok(())
    }

    async fn reconcile(&self) -> Result<(), Failure> {
        let Services { table, clock, .. } = &self.services;
        let reconciled = reconcile(table, &self.notifier, clock.as_ref(), &self.timing, MAX_WAKE_UPS).await?;
        for due in &reconciled.stalled {
            let (saga, status, since) = (due.saga, due.status, due.updated_at);
            tracing::error!(%saga, ?status, %since, "saga has not changed for a long time; search the logs of execute and compensate for its id");
        }
        let stuck = table.stuck_sagas(COUNT_UP_TO).await?;
        let stalled = reconciled.stalled.len();
        tracing::info!(woken = reconciled.woken, stalled, stuck, "reconciliation complete");
        let mut metrics = Metrics::new(self.worker.name);
        metrics.count("SagasWoken", number(reconciled.woken));
        metrics.count("StalledSagas", number(stalled));
        metrics.count("StuckSagas", number(stuck));
        Ok(())
    }
}

/// Returns the metric that counts a work session.
fn metric_name(outcome: DriveOutcome) -> &'static str {
    match outcome {
        DriveOutcome::Unknown => "SagasUnknown",
        DriveOutcome::NotNow | DriveOutcome::LeaseLost => "IdleSessions",
        DriveOutcome::Parked(SagaStatus::Stuck) => "SagasGotStuck",
        DriveOutcome::Parked(SagaStatus::RolledBack) => "SagasRolledBack",
        DriveOutcome::Parked(SagaStatus::Succeeded) => "SagasSucceeded",
        DriveOutcome::Parked(_) => "SagasDriven",
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
