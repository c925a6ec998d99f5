//! Runs a batch.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::{FutureExt, StreamExt, stream};
use serde::de::DeserializeOwned;
use tracing::{Instrument, error_span, warn};

use super::{
    Failure, Message, Sent,
    outcome::{Delivery, Outcome},
};
use crate::{Deadline, Error, Invocation, Metrics, Queue, WorkerConfig, telemetry::CONTEXT};

/// How often a message may be put off before it goes to the dead-letter queue. At 15 minutes each it is five hours.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 20;
/// No record is started with less than this left.
const DEFAULT_START_MARGIN: Duration = Duration::from_secs(5);
/// A record still running with this left is cut off.
const DEFAULT_STOP_MARGIN: Duration = Duration::from_millis(1_500);

/// Runs the SQS batches of one worker; see the [module](super) for what becomes of a record.
#[derive(Clone)]
pub struct BatchRunner {
    pub(super) queue: Arc<dyn Queue>,
    pub(super) worker: String,
    pub(super) queue_url: String,
    pub(super) dlq_url: String,
    pub(super) max_attempts: u32,
    concurrency: usize,
    start_margin: Duration,
    stop_margin: Duration,
    pub(super) retry_after: Option<Duration>,
}

impl BatchRunner {
    /// For this worker, its queue and its dead-letter queue.
    pub fn new(
        queue: Arc<dyn Queue>,
        worker: impl Into<String>,
        queue_url: impl Into<String>,
        dlq_url: impl Into<String>,
    ) -> Self {
        Self {
            queue,
            worker: worker.into(),
            queue_url: queue_url.into(),
            dlq_url: dlq_url.into(),
            max_attempts: DEFAULT_MAX_ATTEMPTS,
            concurrency: 1,
            start_margin: DEFAULT_START_MARGIN,
            stop_margin: DEFAULT_STOP_MARGIN,
            retry_after: None,
        }
    }

    /// For the worker that is configured.
    pub fn from_config(config: &WorkerConfig, queue: Arc<dyn Queue>) -> Self {
        Self::new(queue, &config.worker, &config.queue_url, &config.dlq_url)
    }

    /// How often a message may be put off ([`Failure::Later`]); default [`DEFAULT_MAX_ATTEMPTS`].
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// How many records run at once, on one thread; default 1, and 0 is 1.
    #[must_use]
    pub const fn concurrency(mut self, records: usize) -> Self {
        self.concurrency = if records == 0 { 1 } else { records };
        self
    }

    /// No record is started with less than `start` left (default 5 s), and one still running with `stop` left is cut off
    /// (default 1.5 s): if Lambda did it, the records already done would be delivered again as well.
    #[must_use]
    pub const fn margins(mut self, start: Duration, stop: Duration) -> Self {
        self.start_margin = start;
        self.stop_margin = stop;
        self
    }

    /// When SQS delivers a message again whose [`Failure::Retry`] does not say; default: the queue's visibility timeout. It needs
    /// `sqs:ChangeMessageVisibility`.
    #[must_use]
    pub const fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Runs the handler on every record and says which must be delivered again.
    ///
    /// # Errors
    /// [`Error::Unreportable`]: a record without a message id must be delivered again.
    pub async fn run_batch<T, H, Fut>(
        &self,
        event: SqsEvent,
        invocation: &Invocation,
        handler: H,
    ) -> Result<SqsBatchResponse, Error>
    where
        T: DeserializeOwned,
        H: Fn(Message<T>, Deadline) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        let started = Instant::now();
        let request_id = invocation.request_id.as_str();
        let span = error_span!(target: CONTEXT, "invocation", request_id, worker = self.worker);
        async {
            let handler = &handler;
            let settled: Vec<_> = stream::iter(event.records)
                .map(|record| async move {
                    let outcome = self.run_record(&record, invocation, handler).await;
                    (record.message_id, outcome)
                })
                .buffered(self.concurrency)
                .collect()
                .await;
            self.count(&settled, invocation, started.elapsed());
            respond(settled)
        }
        .instrument(span)
        .await
    }

    /// One record, from parsing to whatever its outcome asks for. Never fails and never panics.
    async fn run_record<T, H, Fut>(&self, record: &SqsMessage, invocation: &Invocation, handler: &H) -> Outcome
    where
        T: DeserializeOwned,
        H: Fn(Message<T>, Deadline) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        let body = record.body.as_deref().unwrap_or_default();
        let parsed = Message::parse(body.as_bytes(), &self.worker, &Sent::from(record));
        let message = parsed.as_ref().ok();
        let span = error_span!(
            target: CONTEXT,
            "record",
            account = message.map(|message| message.account.as_str()),
            run_id = message.map(|message| message.run_id.as_str()),
            message_id = record.message_id.as_deref(),
            receive_count = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u64>().ok()),
        );
        async {
            let delivery = Delivery { runner: self, record, invocation };
            if invocation.deadline.is_past(self.start_margin) {
                warn!("not started, the deadline is near");
                return Outcome::NotStarted;
            }
            let message = match parsed {
                Ok(message) => message,
                Err(bad) => return delivery.dead_letter(&bad.to_string(), None).await,
            };
            let typed = match message.clone().typed() {
                Ok(typed) => typed,
                Err(bad) => return delivery.dead_letter(&bad.to_string(), None).await,
            };
            delivery.settle(&message, self.guard(typed, invocation.deadline, handler).await).await
        }
        .instrument(span)
        .await
    }

    /// Runs the handler so that neither a panic nor the deadline reaches the neighbours.
    async fn guard<T, H, Fut>(&self, message: Message<T>, deadline: Deadline, handler: &H) -> Result<(), Stopped>
    where
        H: Fn(Message<T>, Deadline) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        // Inside the block, so that a panic before the handler's first await is caught as well. What it leaves behind is the
        // handler's: a value shared between messages must be sound after a panic, as a poisoned lock is.
        let work = AssertUnwindSafe(async { handler(message, deadline).await }).catch_unwind();
        match tokio::time::timeout(deadline.remaining_minus(self.stop_margin), work).await {
            Ok(Ok(result)) => result.map_err(Stopped::Failed),
            Ok(Err(_)) => Err(Stopped::Panicked),
            Err(_) => Err(Stopped::CutOff),
        }
    }

    /// Counts are left out where they are zero: a metric costs in every hour that it is written in.
    fn count(&self, settled: &[(Option<String>, Outcome)], invocation: &Invocation, elapsed: Duration) {
        let mut metrics = Metrics::new(&self.worker);
        metrics.property("request_id", invocation.request_id.as_str());
        metrics.property("cold_start", invocation.cold_start);
        metrics.milliseconds("BatchDuration", elapsed);
        for (_, outcome) in settled {
            metrics.count(outcome.metric(), 1);
        }
    }
}

/// Why a handler did not return `Ok`.
pub(super) enum Stopped {
    Failed(Failure),
    Panicked,
    CutOff,
}

/// The partial batch response: exactly the records to be delivered again.
fn respond(settled: Vec<(Option<String>, Outcome)>) -> Result<SqsBatchResponse, Error> {
    let mut response = SqsBatchResponse::default();
    let mut unreportable = 0;
    for (message_id, _) in settled.into_iter().filter(|(_, outcome)| outcome.is_delivered_again()) {
        match message_id.filter(|id| !id.is_empty()) {
            Some(message_id) => response.add_failure(message_id),
            None => unreportable += 1,
        }
    }
    // Leaving it out would acknowledge it, and it would be lost.
    if unreportable > 0 { Err(Error::Unreportable { count: unreportable }) } else { Ok(response) }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
