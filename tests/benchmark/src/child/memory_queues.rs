//! The doorbells of a process: two queues in memory, answered as they are rung, until nobody has anything left to do.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::BoxFuture;
use provisioning::{QueueAddress, SagaConfig};
use runtime::{Error, OutgoingMessage, Queue};
use sagas::Timing;
use sagas::ports::Phase;

/// A doorbell that is set for later is a look after the end, and not waited for.
const MAX_DELAY: Duration = Duration::from_secs(120);

/// A message for the worker of a phase.
#[derive(Debug)]
pub(super) struct QueuedWakeUp {
    pub(super) phase: Phase,
    pub(super) body: String,
}

/// Both queues.
#[derive(Debug)]
pub(super) struct MemoryQueues {
    /// `None` ends it.
    open: UnboundedSender<Option<QueuedWakeUp>>,
    /// Rung, and not answered yet.
    waiting: AtomicUsize,
    postponed: AtomicU32,
}

/// Where both queues are. Nobody listens.
pub(super) fn config() -> SagaConfig {
    let address =
        |name: &str| QueueAddress { url: format!("https://sqs.test/{name}"), arn: format!("arn:aws:sqs:::{name}") };
    SagaConfig {
        execute: address("execute"),
        compensate: address("compensate"),
        schedule_group: "benchmark".to_owned(),
        schedule_role_arn: "arn:aws:iam:::role/benchmark".to_owned(),
        timing: Timing::default(),
    }
}

impl MemoryQueues {
    pub(super) fn new() -> (Self, UnboundedReceiver<Option<QueuedWakeUp>>) {
        let (open, rung) = unbounded();
        (Self { open, waiting: AtomicUsize::new(0), postponed: AtomicU32::new(0) }, rung)
    }

    /// A doorbell was answered; with the last one, the line ends.
    pub(super) fn acknowledge(&self) {
        if self.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            // Nobody listening is an end as well.
            let _ = self.open.unbounded_send(None);
        }
    }

    /// Doorbells that are not waited for.
    pub(super) fn postponed(&self) -> u32 {
        self.postponed.load(Ordering::SeqCst)
    }

    fn refused(operation: &'static str, queue_url: &str) -> Error {
        Error::Queue { operation, queue_url: queue_url.to_owned(), source: "nothing may fail here".into() }
    }
}

impl Queue for MemoryQueues {
    fn send<'a>(&'a self, queue_url: &'a str, message: OutgoingMessage) -> BoxFuture<'a, Result<(), Error>> {
        async move {
            let config = config();
            let phase =
                [Phase::Forward, Phase::Compensate].into_iter().find(|phase| config.queue(*phase).url == queue_url);
            let phase = phase.ok_or_else(|| Self::refused("SendMessage", queue_url))?;
            let OutgoingMessage { body, delay, .. } = message;
            if delay > MAX_DELAY {
                self.postponed.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            self.waiting.fetch_add(1, Ordering::SeqCst);
            let open = self.open.clone();
            let ring = async move {
                tokio::time::sleep(delay).await;
                let _ = open.unbounded_send(Some(QueuedWakeUp { phase, body }));
            };
            match delay.is_zero() {
                true => ring.await,
                false => drop(tokio::spawn(ring)),
            }
            Ok(())
        }
        .boxed()
    }

    fn change_visibility<'a>(
        &'a self,
        queue_url: &'a str,
        _: &'a str,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), Error>> {
        async move { Err(Self::refused("ChangeMessageVisibility", queue_url)) }.boxed()
    }
}
