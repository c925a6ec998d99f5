//! The entry point of the saga workers; the environment variable WORKER selects one.

use std::process::ExitCode;
use std::sync::Arc;

use provisioning::{SagaConfig, SagaFunction, WakeUpQueue};
use runtime::EventBridgeScheduler;
use saga_worker::SagaWorker;
use sagas::steps::STEPS;

#[tokio::main]
async fn main() -> ExitCode {
    worker::serve(SagaFunction::named, |worker, services, aws| {
        let sagas = SagaConfig::from_env()?;
        let (group, role) = (sagas.schedule_group.clone(), sagas.schedule_role_arn.clone());
        let scheduler = Arc::new(EventBridgeScheduler::new(aws.scheduler(), group, role));
        let notifier = WakeUpQueue::new(&sagas, services.queue.clone(), scheduler, services.clock.clone());
        Ok(SagaWorker { worker, services, timing: sagas.timing, steps: STEPS, notifier })
    })
    .await
}
