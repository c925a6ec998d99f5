//! The handling of one message: it drives a saga, or sends wake-ups for all overdue ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::DigitalOceanClients;
use chrono::TimeDelta;
use domain::{Clock, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use provisioning::{DigitalOceanProvider, SagaFunction, TableExpectations, WakeUp, WakeUpQueue};
use runtime::{Deadline, Failure, Message, Metrics, OrFail, WorkerConfig};
use sagas::ports::Phase;
use sagas::record::{SagaId, SagaStatus};
use sagas::step::Steps;
use sagas::{DriveOutcome, Ports, Timing, WorkerSession, drive, reconcile};
use store::Table;

/// The time kept for giving a saga's lease back when the session has to end.
const SAVE_MARGIN: Duration = Duration::from_secs(3);
/// The number of overdue sagas for which one run sends wake-ups: as many as it can send within the
/// function's time.
const MAX_WAKE_UPS: usize = 500;
/// The largest number of stuck sagas that is counted: the alarm is raised long before.
const COUNT_UP_TO: usize = 100;

/// A saga worker with all that its messages need.
#[derive(Debug)]
pub struct SagaWorker {
    /// The worker's name, phase and interval.
    pub worker: &'static SagaFunction,
    /// The configuration that all workers have.
    pub config: WorkerConfig,
    /// The durations and limits of the engine.
    pub timing: Timing,
    /// The steps that this build has.
    pub steps: Steps,
    /// The table that holds sagas.
    pub table: Table,
    /// The clients of DigitalOcean's API, one for each account.
    pub digitalocean: Arc<DigitalOceanClients>,
    /// The sender of wake-ups.
    pub notifier: WakeUpQueue,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
}

impl SagaWorker {
    /// Handles one message.
    ///
    /// # Errors
    /// What the batch runner has to do with the message if it is not acknowledged.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // Boxed, as the futures of a work session are nested more deeply than the compiler's limit.
        async move {
            match self.worker.phase {
                Some(phase) => {
                    let wake_up: WakeUp = message.typed().or_terminal("not a wake-up message")?.fields;
                    self.drive(&wake_up.saga, phase, deadline).await
                }
                None => self.reconcile().await,
            }
        }
        .boxed()
    }

    async fn drive(&self, saga: &SagaId, phase: Phase, deadline: Deadline) -> Result<(), Failure> {
        let left = deadline.remaining_minus(SAVE_MARGIN);
        let provider = DigitalOceanProvider::new(
            self.digitalocean.clone(),
            self.table.clone(),
            self.clock.clone(),
            phase,
            self.config.provider_writes,
            &self.timing,
            Instant::now() + left,
        );
        let expectations = TableExpectations(self.table.clone());
        let ports = Ports {
            saga_store: &self.table,
            provider: &provider,
            notifier: &self.notifier,
            expectations: &expectations,
            clock: self.clock.as_ref(),
            steps: self.steps,
            timing: &self.timing,
        };
        // Each delivery has its own lease owner. The ledger names it, and the log line below
        // connects it to the request's other lines.
        let owner = RunId::random();
        let until = self.clock.now() + TimeDelta::from_std(left).unwrap_or_default();
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
        let reconciled =
            reconcile(&self.table, &self.notifier, self.clock.as_ref(), &self.timing, MAX_WAKE_UPS).await?;
        for due in &reconciled.stalled {
            let (saga, status, since) = (due.saga, due.status, due.updated_at);
            tracing::error!(%saga, ?status, %since, "saga has not changed for a long time; search the logs of execute and compensate for its id");
        }
        let stuck = self.table.stuck_sagas(COUNT_UP_TO).await?;
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
