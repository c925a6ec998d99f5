//! One message: a saga driven on, or all that are overdue rung for.

use std::sync::Arc;
use std::time::Duration;

use access::DigitalOceanClients;
use chrono::TimeDelta;
use digitalocean::RequestDeadline;
use domain::{Clock, RunId};
use futures::FutureExt;
use futures::future::BoxFuture;
use provisioning::{DigitalOceanProvider, SagaFunction, TableExpectations, WakeUp, WakeUpQueue};
use runtime::{Deadline, Failure, Message, Metrics, OrFail, WorkerConfig};
use sagas::ports::Phase;
use sagas::record::{SagaId, SagaStatus};
use sagas::steps::Steps;
use sagas::{DriveOutcome, Ports, Timing, WorkerSession, drive, reconcile};
use store::Table;

/// Time kept for giving a saga back when its turn has to end.
const SAVE_MARGIN: Duration = Duration::from_secs(3);
/// How many overdue sagas one tick rings for: as many as can be sent for within the function's time.
const MAX_WAKE_UPS: usize = 500;
/// More than so many that are stuck are not counted: people are called long before.
const COUNT_UP_TO: usize = 100;

/// A worker: everything its messages need.
#[derive(Debug)]
pub struct SagaWorker {
    /// Which worker.
    pub worker: &'static SagaFunction,
    /// Its configuration.
    pub config: WorkerConfig,
    /// How long things take.
    pub timing: Timing,
    /// The steps of this build.
    pub steps: Steps,
    /// The table.
    pub table: Table,
    /// DigitalOcean.
    pub digitalocean: Arc<DigitalOceanClients>,
    /// Doorbells.
    pub notifier: WakeUpQueue,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl SagaWorker {
    /// Handles one message.
    ///
    /// # Errors
    /// What should become of the message if it is not done with.
    pub fn handle(&self, message: Message, deadline: Deadline) -> BoxFuture<'_, Result<(), Failure>> {
        // Boxed: the futures of a turn nest deeper than the compiler looks.
        async move {
            match self.worker.phase {
                Some(phase) => {
                    let wake_up: WakeUp = message.typed().or_terminal("not a doorbell")?.fields;
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
            RequestDeadline::after(left),
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
        // A delivery has an owner of its own: the ledger names it, and this line leads from it to the request's other lines.
        let owner = RunId::random();
        let until = self.clock.now() + TimeDelta::from_std(left).unwrap_or_default();
        let session = WorkerSession { owner: owner.as_str(), phase, until };
        let outcome = drive(&ports, saga, &session).await?;
        let requests = provider.requests();
        match outcome {
            DriveOutcome::Unknown => tracing::warn!(%saga, "there is no such saga, doorbell dropped"),
            outcome => tracing::info!(%saga, owner = owner.as_str(), ?outcome, requests, "driven"),
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
            tracing::error!(%saga, ?status, %since, "a saga has not changed for long: look in the log for its id");
        }
        let stuck = self.table.stuck_sagas(COUNT_UP_TO).await?;
        let stalled = reconciled.stalled.len();
        tracing::info!(woken = reconciled.woken, stalled, stuck, "reconciled");
        let mut metrics = Metrics::new(self.worker.name);
        metrics.count("SagasWoken", number(reconciled.woken));
        metrics.count("StalledSagas", number(stalled));
        metrics.count("StuckSagas", number(stuck));
        Ok(())
    }
}

/// What is counted of a turn.
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
