//! Sagas, started and driven to their end: the real batch runner, workers, doorbells and client. Only what AWS gives is stood in for, as in
//! [`super::function`]; all functions share this process, and each has its own connections, token and reserved requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use access::DigitalOceanClients;
use anyhow::{Context as _, Result, ensure};
use domain::{AccountId, Clock as _, Scope, SystemClock};
use embedded_table::RequestInterceptor;
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use provisioning::{COMPENSATE, EXECUTE, SagaFunction, WakeUpQueue};
use runtime::fake::{MemoryScheduler, event, invocation, record};
use runtime::{BatchRunner, Secrets, telemetry};
use saga_worker::SagaWorker;
use sagas::Timing;
use sagas::definition::validate;
use sagas::ports::{Notifier as _, Phase, SagaStore as _};
use sagas::record::{NewSaga, SagaId, SagaStatus, Start, fold};
use sagas::steps::STEPS;
use serde_json::Map;
use store::{SagaFilter, Table};
use url::Url;

use super::function::{StaticToken, config};
use super::memory_queues::{self, MemoryQueues, QueuedWakeUp};
use super::usage;
use crate::account::NAME;
use crate::measured;
use crate::saga::{DriveResult, Ending, WORKERS, steps};

/// The time of an invocation, as in the template.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Sagas read at a time, and of so many the ledger of one.
const PAGE: usize = 100;
const LEDGER_OF: usize = 10;

/// A function of each phase, and what hands it its messages.
struct WorkerPair {
    execute: (SagaWorker, BatchRunner),
    compensate: (SagaWorker, BatchRunner),
}

/// What everything here shares.
struct SagaHarness {
    address: String,
    digitalocean: Url,
    queues: Arc<MemoryQueues>,
    driving: RequestInterceptor,
    budget: RequestInterceptor,
}

/// Prints its log as the functions do, and last what all of it took.
pub(super) async fn run(sagas: u32, ending: Ending, table: String, digitalocean: Url) -> Result<()> {
    telemetry::init();
    let (queues, rung) = MemoryQueues::new();
    let (driving, budget) = (RequestInterceptor::metered(), RequestInterceptor::metered());
    let harness = SagaHarness { address: table, digitalocean, queues: Arc::new(queues), driving, budget };
    let starts = harness.start(sagas, ending).await?;

    let began = Instant::now();
    let idle = Mutex::new((0..WORKERS).map(|_| harness.pair()).collect::<Result<Vec<_>>>()?);
    let rings = rung.take_while(|ring| future::ready(ring.is_some())).filter_map(future::ready);
    let answer = async |ring: QueuedWakeUp| -> Result<()> {
        let pair = idle.lock().unwrap_or_else(PoisonError::into_inner).pop().context("no worker is idle")?;
        pair.answer(&ring).await?;
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(pair);
        harness.queues.acknowledge();
        Ok(())
    };
    let answers = rings.map(answer).buffer_unordered(WORKERS as usize);
    let wake_ups = answers.try_fold(0, async |sum, ()| Ok(sum + 1)).await?;
    let driven = DriveResult {
        seconds: began.elapsed().as_secs_f64(),
        cpu_seconds: usage::cpu().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
        wake_ups,
        postponed: harness.queues.postponed(),
        starts,
        driving: measured::TableUsage::from(harness.driving.counts()),
        budget: measured::TableUsage::from(harness.budget.counts()),
        ..DriveResult::default()
    };
    // What is read now is no part of what is measured.
    let driven = read_back(driven, &embedded_table::connect(&harness.address, &RequestInterceptor::default())).await?;
    println!("{}", serde_json::to_string(&driven)?);
    Ok(())
}

impl SagaHarness {
    /// Starts the sagas and rings for them, as the API does, but for a key and the audit; says what that took of the table.
    async fn start(&self, sagas: u32, ending: Ending) -> Result<measured::TableUsage> {
        let requests = RequestInterceptor::metered();
        let (table, notifier, account) =
            (embedded_table::connect(&self.address, &requests), self.notifier(), AccountId::new(NAME)?);
        let start = async |number: u32| -> Result<()> {
            let checked = validate(&STEPS, &account, &steps(number, ending), &Map::new());
            let Ok(definition) = checked else { anyhow::bail!("the steps of saga {number} are refused: {checked:?}") };
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
            let start = Start::new(SagaId::random(), request, &format!("start-{number}"), now, &Timing::default());
            table.start(&start).await?;
            notifier.schedule_wake_up(&start.record.metadata.id, Phase::Forward, now, start.record.state.rev).await;
            Ok(())
        };
        stream::iter((0..sagas).map(Ok)).try_for_each_concurrent(WORKERS as usize, start).await?;
        Ok(measured::TableUsage::from(requests.counts()))
    }

    fn notifier(&self) -> WakeUpQueue {
        // What SQS cannot delay so long is after the end.
        let scheduler = Arc::new(MemoryScheduler::new());
        WakeUpQueue::new(&memory_queues::config(), self.queues.clone(), scheduler, Arc::new(SystemClock))
    }

    fn pair(&self) -> Result<WorkerPair> {
        Ok(WorkerPair { execute: self.function(&EXECUTE)?, compensate: self.function(&COMPENSATE)? })
    }

    /// A function, put together as its `main` does it.
    fn function(&self, worker: &SagaFunction) -> Result<(SagaWorker, BatchRunner)> {
        let worker = SagaFunction::named(worker.name).context("no worker of that name")?;
        let (config, clock) = (config(worker.name, self.digitalocean.clone()), Arc::new(SystemClock));
        let secrets = Secrets::new(StaticToken, &config.secret_prefix);
        let budget = embedded_table::connect(&self.address, &self.budget);
        let digitalocean =
            Arc::new(DigitalOceanClients::new(self.digitalocean.clone(), secrets, budget, clock.clone()));
        let table = embedded_table::connect(&self.address, &self.driving);
        let runner = BatchRunner::from_config(&config, self.queues.clone());
        let (timing, notifier) = (Timing::default(), self.notifier());
        Ok((SagaWorker { worker, config, timing, steps: STEPS, table, digitalocean, notifier, clock }, runner))
    }
}

impl WorkerPair {
    /// One invocation with one message.
    async fn answer(&self, ring: &QueuedWakeUp) -> Result<()> {
        let (worker, runner) = match ring.phase {
            Phase::Forward => &self.execute,
            Phase::Compensate => &self.compensate,
        };
        let batch = event(vec![record("m-1", &ring.body)]);
        let handle = |message, deadline| worker.handle(message, deadline);
        let answer = runner.run_batch(batch, &invocation(TIMEOUT), &handle).await?;
        ensure!(answer.batch_item_failures.is_empty(), "a doorbell failed; its log says why");
        Ok(())
    }
}

/// In which status the sagas are, and whether ledgers bear out what their sagas say.
async fn read_back(mut driven: DriveResult, table: &Table) -> Result<DriveResult> {
    let reader = table.reader(Scope::Platform);
    let mut statuses: HashMap<SagaStatus, u32> = HashMap::new();
    let mut from = None;
    loop {
        let page = reader.sagas(&SagaFilter::default(), from.as_ref(), PAGE).await?;
        for (place, record) in page.sagas.iter().enumerate() {
            *statuses.entry(record.status()).or_default() += 1;
            if place % LEDGER_OF == 0 {
                let told = fold(&table.ledger(&record.metadata.id).await?);
                driven.replayed += 1;
                driven.inconsistent += u32::from(told.as_ref() != Ok(&record.state));
            }
        }
        from = page.next;
        if from.is_none() {
            return Ok(DriveResult { statuses, ..driven });
        }
    }
}
