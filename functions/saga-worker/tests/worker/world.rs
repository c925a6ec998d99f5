//! The environment of the saga workers, in which time passes from one wake-up to the next.

use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use digitalocean_sim::{Clock as SimClock, RequestFilter, Seed, Simulator, Token};
use domain::{AccountId, AccountStatus, Clock};
use embedded_table::RequestInterceptor;
use provisioning::{QueueAddress, SagaConfig, SagaFunction, WakeUpQueue};
use runtime::batch::{ALL_ACCOUNTS, SqsMetadata};
use runtime::fake::{MemoryQueue, MemoryScheduler};
use runtime::{Deadline, Failure, Message, OneTimeSchedule, ProviderWrites};
use saga_worker::SagaWorker;
use sagas::Timing;
use sagas::record::Phase;
use sagas::steps::STEPS;
use serde_json::Value;
use store::Table;
use test_support::{WorkerEnvironment, account_id, queue_url};
use worker::MessageHandler;

const TOKEN: &str = "dop_v1_demo_provisioning";
/// The time limit of the functions, as deployed.
const DEADLINE: Duration = Duration::from_secs(60);

/// The three functions of one deployment. Each has its own view of the table, whose requests are
/// counted and which may crash.
pub(crate) struct Process {
    pub(crate) execute: Arc<SagaWorker>,
    pub(crate) compensate: Arc<SagaWorker>,
    pub(crate) reconcile: Arc<SagaWorker>,
    pub(crate) requests: RequestInterceptor,
}

/// The wake-ups that arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveredWakeUps {
    /// All wake-ups arrive, from every sender.
    All,
    /// Only the wake-ups that the reconciler sends arrive.
    FromReconcilerOnly,
}

/// A wake-up that is scheduled and not delivered yet.
struct QueuedWakeUp {
    phase: Phase,
    at: DateTime<Utc>,
    body: String,
}

/// The saga workers with everything around them.
pub(crate) struct World {
    around: WorkerEnvironment,
    /// The queues of wake-ups: one for those that workers send, one for the reconciler's.
    wake_ups: [Arc<MemoryQueue>; 2],
    pub(crate) scheduler: Arc<MemoryScheduler>,
    pub(crate) account: AccountId,
    pub(crate) timing: Timing,
    pub(crate) writes: ProviderWrites,
    taken: Mutex<[[usize; 2]; 2]>,
    scheduled: Mutex<usize>,
}

impl Deref for World {
    type Target = WorkerEnvironment;

    fn deref(&self) -> &WorkerEnvironment {
        &self.around
    }
}

pub(crate) fn config() -> SagaConfig {
    let address = |name: &str| QueueAddress {
        url: queue_url(name),
        arn: format!("arn:aws:sqs:eu-central-1:123456789012:arcadia-test-{name}"),
    };
    SagaConfig {
        execute: address("execute"),
        compensate: address("compensate"),
        schedule_group: "arcadia-test".to_owned(),
        schedule_role_arn: "arn:aws:iam::123456789012:role/schedules".to_owned(),
        timing: Timing::default(),
    }
}

impl World {
    /// Returns an environment at the present time, as the client computes limits by the machine's
    /// clock.
    pub(crate) async fn new() -> Self {
        Self::at(Utc::now().trunc_subsecs(0)).await
    }

    pub(crate) async fn at(now: DateTime<Utc>) -> Self {
        let sim = Simulator::builder().seed(Seed::demo()).clock(SimClock::manual(now)).start().await.unwrap();
        sim.account("demo").set_token("provisioning", Token::new(TOKEN));
        let around = WorkerEnvironment::start(sim, now, "debug").await;
        around.register("demo", AccountStatus::Enabled).await;
        for purpose in ["provisioning", "sync"] {
            around.secrets.put(&format!("arcadia/test/do/demo/{purpose}"), &[TOKEN]);
        }
        Self {
            around,
            wake_ups: [Arc::new(MemoryQueue::new()), Arc::new(MemoryQueue::new())],
            scheduler: Arc::new(MemoryScheduler::new()),
            account: account_id("demo"),
            timing: Timing::default(),
            writes: ProviderWrites::Allow,
            taken: Mutex::default(),
            scheduled: Mutex::default(),
        }
    }

    /// Returns a new process of each function.
    pub(crate) fn process(&self) -> Process {
        let (table, requests) = self.embedded.another_process();
        let worker = |name, queue: &Arc<MemoryQueue>| Arc::new(self.worker(name, &table, queue));
        let [driven, reconciled] = &self.wake_ups;
        Process {
            execute: worker("execute", driven),
            compensate: worker("compensate", driven),
            reconcile: worker("reconcile", reconciled),
            requests,
        }
    }

    fn worker(&self, name: &str, table: &Table, queue: &Arc<MemoryQueue>) -> SagaWorker {
        SagaWorker {
            worker: SagaFunction::named(name).unwrap(),
            services: self.services(name, table, self.writes),
            timing: self.timing.clone(),
            steps: STEPS,
            notifier: self.notifier(queue),
        }
    }

    fn notifier(&self, queue: &Arc<MemoryQueue>) -> WakeUpQueue {
        WakeUpQueue::new(&config(), queue.clone(), self.scheduler.clone(), self.clock.clone())
    }

    /// Returns the notifier of other senders than the workers, such as the API.
    pub(crate) fn driver_notifier(&self) -> WakeUpQueue {
        self.notifier(&self.wake_ups[0])
    }

    /// Returns the wake-ups that were sent since the last call, as far as they arrive.
    fn scheduled_wake_ups(&self, delivered: DeliveredWakeUps) -> Vec<QueuedWakeUp> {
        let (now, config) = (self.clock.now(), config());
        let mut taken = self.taken.lock().unwrap();
        let mut wake_ups = Vec::new();
        for (sender, queue) in self.wake_ups.iter().enumerate() {
            for (number, phase) in [Phase::Forward, Phase::Compensate].into_iter().enumerate() {
                let sent = queue.sent(&config.queue(phase).url);
                let new = sent.iter().skip(taken[sender][number]);
                let new = new.filter(|_| sender == 1 || delivered == DeliveredWakeUps::All);
                let after = |delay| now + TimeDelta::from_std(delay).unwrap();
                wake_ups.extend(new.map(|wake_up| QueuedWakeUp {
                    phase,
                    at: after(wake_up.delay),
                    body: wake_up.body.clone(),
                }));
                taken[sender][number] = sent.len();
            }
        }
        let schedules = self.scheduler.schedules();
        let mut scheduled = self.scheduled.lock().unwrap();
        let new = schedules.iter().skip(*scheduled).filter(|_| delivered == DeliveredWakeUps::All);
        wake_ups.extend(new.map(|OneTimeSchedule { at, queue_arn, body, .. }| {
            let phase = if *queue_arn == config.execute.arn { Phase::Forward } else { Phase::Compensate };
            QueuedWakeUp { phase, at: *at, body: body.clone() }
        }));
        *scheduled = schedules.len();
        wake_ups
    }

    /// Lets time pass until `is_over`: wake-ups arrive when they are due, and the reconciler runs
    /// every minute. A process that crashed is replaced by a new one.
    pub(crate) async fn run(&self, mut process: Process, delivered: DeliveredWakeUps, is_over: impl AsyncFn() -> bool) {
        let mut wake_ups: Vec<QueuedWakeUp> = Vec::new();
        let mut tick = self.clock.now() + TimeDelta::minutes(1);
        for _ in 0..2_000 {
            wake_ups.extend(self.scheduled_wake_ups(delivered));
            if is_over().await {
                return;
            }
            if process.requests.has_crashed() {
                process = self.process();
            }
            wake_ups.sort_by_key(|wake_up| wake_up.at);
            if wake_ups.first().is_some_and(|wake_up| wake_up.at <= tick) {
                let QueuedWakeUp { phase, at, body } = wake_ups.remove(0);
                self.wait_until(at);
                let worker = if phase == Phase::Forward { &process.execute } else { &process.compensate };
                // A message that fails is delivered again later than the reconciler's next wake-up,
                // so that is not simulated.
                let _ = self.deliver(worker, &body).await;
            } else {
                self.wait_until(tick);
                tick += TimeDelta::minutes(1);
                let message = Message::new("reconcile", ALL_ACCOUNTS, self.clock.now(), "tick");
                let _ = process.reconcile.handle(message, Deadline::after(DEADLINE)).await;
            }
        }
        panic!("the saga does not end");
    }

    /// Delivers a body to a worker.
    pub(crate) async fn deliver(&self, worker: &SagaWorker, body: &str) -> Result<(), Failure> {
        let sent = SqsMetadata { at: Some(self.clock.now()), message_id: Some("m-1".to_owned()) };
        let message = Message::parse(body.as_bytes(), worker.worker.name, &sent).unwrap();
        worker.handle(message, Deadline::after(DEADLINE)).await
    }

    /// Advances both clocks, the tests' and the simulator's.
    pub(crate) fn wait_until(&self, at: DateTime<Utc>) {
        if let Ok(by) = (at - self.clock.now()).to_std() {
            self.clock.advance(at - self.clock.now());
            self.sim.clock().advance(by);
        }
    }

    /// Returns the objects of the account at DigitalOcean.
    pub(crate) fn state(&self) -> Value {
        self.sim.account("demo").state()
    }

    /// Returns the number of requests that DigitalOcean received with this method.
    pub(crate) fn written(&self, method: &str) -> usize {
        self.sim.requests().count(&RequestFilter::default().method(method))
    }

    /// Returns the number of wake-ups that the reconciler sent to a queue.
    pub(crate) fn reconciler_wake_ups(&self, queue_url: &str) -> usize {
        self.wake_ups[1].sent(queue_url).len()
    }
}
