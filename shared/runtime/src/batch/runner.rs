//! Runs the handler on the records of a batch.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use serde::de::DeserializeOwned;
use tracing::{Instrument, error_span, warn};

use super::{
    Failure, Message, SqsMetadata,
    delivery::{Delivery, HandlerError, RecordOutcome, WorkerQueues, receive_count},
};
use crate::{Deadline, Error, Invocation, Metrics, Queue, WorkerConfig, telemetry::CONTEXT};

/// The minimum remaining time for starting a record.
const START_MARGIN: Duration = Duration::from_secs(5);
/// The remaining time at which a running record is aborted. If Lambda ended the invocation instead,
/// the records already done would be delivered again as well.
const STOP_MARGIN: Duration = Duration::from_millis(1_500);

/// The runner of one worker's SQS batches. The [module](super) has the outcomes of a record.
#[derive(Clone)]
pub struct BatchRunner {
    queues: WorkerQueues,
    /// The margin for aborting a record, [`STOP_MARGIN`] except in tests.
    stop_margin: Duration,
}

impl BatchRunner {
    /// Creates a runner for this worker, its queue and its dead-letter queue.
    pub fn new(
        queue: Arc<dyn Queue>,
        worker: impl Into<String>,
        queue_url: impl Into<String>,
        dlq_url: impl Into<String>,
    ) -> Self {
        let (worker, queue_url, dlq_url) = (worker.into(), queue_url.into(), dlq_url.into());
        Self { queues: WorkerQueues { queue, worker, queue_url, dlq_url }, stop_margin: STOP_MARGIN }
    }

    /// Creates a runner for the configured worker.
    pub fn from_config(config: &WorkerConfig, queue: Arc<dyn Queue>) -> Self {
        Self::new(queue, &config.worker, &config.queue_url, &config.dlq_url)
    }

    /// Runs the handler on every record and returns the records that must be delivered again.
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
        let span = error_span!(target: CONTEXT, "invocation", request_id, worker = self.queues.worker);
        async {
            let mut outcomes = Vec::with_capacity(event.records.len());
            for record in event.records {
                let outcome = self.run_record(&record, invocation, &handler).await;
                outcomes.push((record.message_id, outcome));
            }
            self.count(&outcomes, invocation, started.elapsed());
            respond(outcomes)
        }
        .instrument(span)
        .await
    }

    /// Processes one record, from parsing to acting on its outcome. It never fails and never
    /// panics.
    async fn run_record<T, H, Fut>(&self, record: &SqsMessage, invocation: &Invocation, handler: &H) -> RecordOutcome
    where
        T: DeserializeOwned,
        H: Fn(Message<T>, Deadline) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        let body = record.body.as_deref().unwrap_or_default();
        let parsed = Message::parse(body.as_bytes(), &self.queues.worker, &SqsMetadata::from(record));
        let message = parsed.as_ref().ok();
        let span = error_span!(
            target: CONTEXT,
            "record",
            account = message.map(|message| message.account.as_str()),
            run_id = message.map(|message| message.run_id.as_str()),
            message_id = record.message_id.as_deref(),
            receive_count = receive_count(record),
        );
        async {
            let delivery = Delivery { queues: &self.queues, record, invocation };
            if invocation.deadline.earlier_by(START_MARGIN).has_passed() {
                warn!("message not started because the deadline is near, SQS delivers it again");
                return delivery.not_started().await;
            }
            let message = match parsed {
                Ok(message) => message,
                Err(bad) => return delivery.dead_letter(&bad.to_string(), None).await,
            };
            let typed = match message.clone().typed() {
                Ok(typed) => typed,
                Err(bad) => return delivery.dead_letter(&bad.to_string(), None).await,
            };
            delivery.acknowledge(&message, self.guard(typed, invocation.deadline, handler).await).await
        }
        .instrument(span)
        .await
    }

    /// Runs the handler so that neither a panic nor the deadline affects the other records.
    async fn guard<T, H, Fut>(&self, message: Message<T>, deadline: Deadline, handler: &H) -> Result<(), HandlerError>
    where
        H: Fn(Message<T>, Deadline) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        // The handler is called inside the block, so that a panic before its first await is caught
        // as well. Unwind safety is the handler's responsibility: a value shared between messages
        // must be valid after a panic, as a poisoned lock is.
        let work = AssertUnwindSafe(async { handler(message, deadline).await }).catch_unwind();
        match tokio::time::timeout(deadline.earlier_by(self.stop_margin).remaining(), work).await {
            Ok(Ok(result)) => result.map_err(HandlerError::Failed),
            Ok(Err(_)) => Err(HandlerError::Panicked),
            Err(_) => Err(HandlerError::TimedOut),
        }
    }

    fn count(&self, outcomes: &[(Option<String>, RecordOutcome)], invocation: &Invocation, elapsed: Duration) {
        let mut metrics = Metrics::new(&self.queues.worker);
        metrics.property("request_id", invocation.request_id.as_str());
        metrics.property("cold_start", invocation.cold_start);
        metrics.milliseconds("BatchDuration", elapsed);
        for (_, outcome) in outcomes {
            metrics.count(outcome.metric(), 1);
        }
    }
}

/// Builds the partial batch response: exactly the records to be delivered again.
fn respond(outcomes: Vec<(Option<String>, RecordOutcome)>) -> Result<SqsBatchResponse, Error> {
    let mut response = SqsBatchResponse::default();
    let mut unreportable = 0;
    for (message_id, _) in outcomes.into_iter().filter(|(_, outcome)| outcome.is_delivered_again()) {
        match message_id.filter(|id| !id.is_empty()) {
            Some(message_id) => response.add_failure(message_id),
            None => unreportable += 1,
        }
    }
    // Leaving such a record out of the response would acknowledge it, and the message would be
    // lost.
    if unreportable > 0 { Err(Error::Unreportable { count: unreportable }) } else { Ok(response) }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
