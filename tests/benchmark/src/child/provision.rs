//! Starts sagas and drives them to their end with the real batch runner, workers, wake-ups and
//! client. Only the AWS services are replaced, as in [`super::function`]. All functions share this
//! process, and each has its own connections, token and reserved requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::{AccountId, Clock as _, Scope, SystemClock};
use embedded_table::RequestInterceptor;
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use provisioning::{COMPENSATE, EXECUTE, SagaFunction, WakeUpQueue};
use runtime::fake::{MemoryScheduler, event, invocation, record};
use runtime::{BatchRunner, telemetry};
use saga_worker::SagaWorker;
use sagas::Timing;
use sagas::definition::validate;
use sagas::ports::{Notifier as _, SagaStore as _};
use sagas::record::{NewSaga, Phase, SagaId, SagaStatus, Start, fold};
use sagas::steps::STEPS;
use serde_json::Map;
use store::{SagaFilter, Table};
use url::Url;
use worker::{MessageHandler as _, Services};

use super::function::{config, services};
use super::memory_queues::{self, MemoryQueues, QueuedWakeUp};
use super::usage;
use crate::account::NAME;
use crate::measured;
use crate::saga::{DriveResult, Ending, WORKERS, steps};

/// The timeout of an invocation, as in template.yaml.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Sagas that are read back at a time.
const PAGE: usize = 100;
/// The number of sagas for each one whose ledger is replayed.
const SAGAS_PER_REPLAY: usize = 10;

/// A function of each phase, with its batch runner.
struct WorkerPair {
    execute: (SagaWorker, BatchRunner),
    compensate: (SagaWorker, BatchRunner),
}

/// The addresses, queues and counters that all functions share.
struct SagaHarness {
    address: String,
    digitalocean: Url,
    queues: Arc<MemoryQueues>,
    driving: RequestInterceptor,
    quota: RequestInterceptor,
}

/// Starts and drives the sagas; prints the log as the functions do, and the measurements as the
/// last line.
pub(super) async fn run(sagas: u32, ending: Ending, table: String, digitalocean: Url) -> Result<()> {
    telemetry::init();
    let (queues, receiver) = MemoryQueues::new();
    let (driving, quota) = (RequestInterceptor::metered(), RequestInterceptor::metered());
    let harness = SagaHarness { address: table, digitalocean, queues: Arc::new(queues), driving, quota };
    let starts = harness.start(sagas, ending).await?;

    let began = Instant::now();
    let idle = Mutex::new((0..WORKERS).map(|_| harness.pair()).collect::<Result<Vec<_>>>()?);
    let queued = receiver.take_while(|wake_up| future::ready(wake_up.is_some())).filter_map(future::ready);
    let handle = async |wake_up: QueuedWakeUp| -> Result<()> {
        let pair = idle.lock().unwrap_or_else(PoisonError::into_inner).pop().context("no worker is idle")?;
        pair.invoke(&wake_up).await?;
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(pair);
        harness.queues.acknowledge();
        Ok(())
    };
    let handled = queued.map(handle).buffer_unordered(WORKERS as usize);
    let wake_ups = handled.try_fold(0, async |sum, ()| Ok(sum + 1)).await?;
    let driven = DriveResult {
        seconds: began.elapsed().as_secs_f64(),
        cpu_seconds: usage::cpu().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
        wake_ups,
        postponed: harness.queues.postponed(),
        starts,
        driving: measured::TableUsage::from(harness.driving.counts()),
        quota: measured::TableUsage::from(harness.quota.counts()),
        ..DriveResult::default()
    };
    // Reading back is not part of the measurement, so it uses a connection without a counter.
    let driven = read_back(driven, &embedded_table::connect(&harness.address, &RequestInterceptor::default())).await?;
    println!("{}", serde_json::to_string(&driven)?);
    Ok(())
}

impl SagaHarness {
    /// Starts the sagas and sends their first wake-ups, as the API does but without idempotency key
    /// and audit entry. Returns the table usage.
    async fn start(&self, sagas: u32, ending: Ending) -> Result<measured::TableUsage> {
        let requests = RequestInterceptor::metered();
        let (table, notifier, account) =
            (embedded_table::connect(&self.address, &requests), self.notifier(), AccountId::new(NAME)?);
        let start = async |number: u32| -> Result<()> {
            let checked = validate(&STEPS, &account, &steps(number, ending), &Map::new());
            let Ok(definition) = checked else { anyhow::bail!("the steps of saga {number} are invalid: {checked:?}") };
            let request = NewSaga {
                saga_type: "custom".to_owned(),
                account: account.clone(),
                tenant_id: None,
                definition,
                by: "benchmark".to_owned(),
                start_at: None,
                deadline: None,
            };
            let now = SystemClock.now();
            let start = Start::new(
                SagaId::random(),
                request,
                &format!("start-{number}"),
                now,
                Timing::default().time_budget_margin,
            );
            table.start(&start).await?;
            notifier.schedule_wake_up(&start.record.metadata.id, Phase::Forward, now, start.record.state.rev).await;
            Ok(())
        };
        stream::iter((0..sagas).map(Ok)).try_for_each_concurrent(WORKERS as usize, start).await?;
        Ok(measured::TableUsage::from(requests.counts()))
    }

    fn notifier(&self) -> WakeUpQueue {
        // Only post-checks have delays that are too long for SQS, so the scheduler does not have to
        // fire.
        let scheduler = Arc::new(MemoryScheduler::new());
        WakeUpQueue::new(&memory_queues::config(), self.queues.clone(), scheduler, Arc::new(SystemClock))
    }

    fn pair(&self) -> Result<WorkerPair> {
        Ok(WorkerPair { execute: self.function(&EXECUTE)?, compensate: self.function(&COMPENSATE)? })
    }

    /// Builds a function as its `main` does.
    fn function(&self, worker: &SagaFunction) -> Result<(SagaWorker, BatchRunner)> {
        let worker = SagaFunction::named(worker.name).context("no saga function has this name")?;
        let config = config(worker.name, self.digitalocean.clone());
        let runner = BatchRunner::from_config(&config, self.queues.clone());
        // The requests of the quota are counted apart from those of the engine.
        let quota = embedded_table::connect(&self.address, &self.quota);
        let table = embedded_table::connect(&self.address, &self.driving);
        let services = Services { table, ..services(config, quota, self.queues.clone()) };
        let (timing, notifier) = (Timing::default(), self.notifier());
        Ok((SagaWorker { worker, services, timing, steps: STEPS, notifier }, runner))
    }
}

impl WorkerPair {
    /// Invokes the function of the wake-up's phase with this one message.
    async fn invoke(&self, wake_up: &QueuedWakeUp) -> Result<()> {
        let (worker, runner) = match wake_up.phase {
            Phase::Forward => &self.execute,
            Phase::Compensate => &self.compensate,
        };
        let batch = event(vec![record("m-1", &wake_up.body)]);
        let handle = |message, deadline| worker.handle(message, deadline);
        let answer = runner.run_batch(batch, &invocation(TIMEOUT), &handle).await?;
        ensure!(answer.batch_item_failures.is_empty(), "handling a wake-up failed; the log has the error");
        Ok(())
    }
}

/// Adds the statuses of the sagas, and compares the replay of every tenth ledger with its saga's
/// state.
async fn read_back(mut driven: DriveResult, table: &Table) -> Result<DriveResult> {
    let reader = table.reader(Scope::Platform);
    let mut statuses: HashMap<SagaStatus, u32> = HashMap::new();
    let mut from = None;
    loop {
        let page = reader.sagas(&SagaFilter::default(), from.as_ref(), PAGE).await?;
        for (position, record) in page.items.iter().enumerate() {
            *statuses.entry(record.status()).or_default() += 1;
            if position % SAGAS_PER_REPLAY == 0 {
                let replayed = fold(&table.ledger(&record.metadata.id).await?);
                driven.replayed += 1;
                driven.inconsistent += u32::from(replayed.as_ref() != Ok(&record.state));
            }
        }
        from = page.next;
        if from.is_none() {
            return Ok(DriveResult { statuses, ..driven });
        }
    }
}
