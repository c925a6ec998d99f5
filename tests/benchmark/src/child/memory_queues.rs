//! The wake-up queues of a process: two queues in memory, whose messages are handled in the order
//! in which they become due, until none is left.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::BoxFuture;
use provisioning::{QueueAddress, SagaConfig};
use runtime::{Error, OutgoingMessage, Queue};
use sagas::Timing;
use sagas::record::Phase;

/// The longest delay that the benchmark waits for. A wake-up with a longer one is a post-check.
const MAX_DELAY: Duration = Duration::from_secs(120);

/// A wake-up message for the worker of a phase.
#[derive(Debug)]
pub(super) struct QueuedWakeUp {
    pub(super) phase: Phase,
    pub(super) body: String,
}

/// The queues of both phases, as one stream of wake-ups.
#[derive(Debug)]
pub(super) struct MemoryQueues {
    /// The sending end of the stream; `None` ends the stream.
    open: UnboundedSender<Option<QueuedWakeUp>>,
    /// The number of wake-ups that were sent and are not handled yet.
    waiting: AtomicUsize,
    postponed: AtomicU32,
}

/// Returns the configuration with the addresses of both queues. No server listens at them.
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
        let (open, receiver) = unbounded();
        (Self { open, waiting: AtomicUsize::new(0), postponed: AtomicU32::new(0) }, receiver)
    }

    /// Marks a wake-up as handled; the last one ends the stream.
    pub(super) fn acknowledge(&self) {
        if self.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            // This fails only if the receiver is gone, and then the stream has ended as well.
            let _ = self.open.unbounded_send(None);
        }
    }

    /// Returns the number of wake-ups whose delay is longer than the benchmark waits.
    pub(super) fn postponed(&self) -> u32 {
        self.postponed.load(Ordering::SeqCst)
    }

    fn refused(operation: &'static str, queue_url: &str) -> Error {
        Error::Queue {
            operation,
            queue_url: queue_url.to_owned(),
            source: "not supported by the benchmark's queues".into(),
        }
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
            let wake_up = async move {
                tokio::time::sleep(delay).await;
                let _ = open.unbounded_send(Some(QueuedWakeUp { phase, body }));
            };
            match delay.is_zero() {
                true => wake_up.await,
                false => drop(tokio::spawn(wake_up)),
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
