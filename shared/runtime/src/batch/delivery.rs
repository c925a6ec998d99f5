//! Acts on the result of a record's handler: acknowledges, defers, retries or dead-letters the
//! message. Every failure is logged here, once.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::event::sqs::SqsMessage;
use tracing::{debug, error, info, warn};

use super::{Failure, Message, dead_letter};
use crate::{BoxError, Invocation, OutgoingMessage, Queue, queue::MAX_DELAY, telemetry::chain};

/// The number of times a message may be deferred ([`Failure::Later`]) before it goes to the
/// dead-letter queue. At 15 minutes each, that is five hours.
pub const MAX_ATTEMPTS: u32 = 20;
/// The minimum delay of a message that is sent again. Without it, a message could circulate as fast
/// as the function runs.
const MIN_DELAY: Duration = Duration::from_secs(1);
/// The time until SQS delivers a failed message again, by the number of its deliveries. After
/// these, the queue's visibility timeout applies, which is longer than the interval between two
/// ticks. The times are short at first, because most failures are temporary. They grow, so that an
/// outage of a quarter of an hour does not use up a `maxReceiveCount` of 5.
pub const RETRY_AFTER: [Duration; 4] =
    [Duration::from_secs(60), Duration::from_secs(120), Duration::from_secs(300), Duration::from_secs(600)];
/// The time before the deadline at which a send is abandoned, so that the response can still be
/// returned.
const RESPONSE_MARGIN: Duration = Duration::from_millis(250);

/// The outcome of a record, as counted by the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordOutcome {
    Done,
    DeadLettered,
    Deferred,
    Retried,
    NotStarted,
}

impl RecordOutcome {
    /// Returns whether the record is a batch item failure, which SQS delivers again.
    pub(super) const fn is_delivered_again(self) -> bool {
        matches!(self, Self::Retried | Self::NotStarted)
    }

    pub(super) const fn metric(self) -> &'static str {
        match self {
            Self::Done => "MessagesDone",
            Self::DeadLettered => "MessagesDeadLettered",
            Self::Deferred => "MessagesDeferred",
            Self::Retried => "MessagesRetried",
            Self::NotStarted => "MessagesNotStarted",
        }
    }
}

/// The reason why a handler did not return `Ok`.
pub(super) enum HandlerError {
    Failed(Failure),
    Panicked,
    TimedOut,
}

/// A worker's name, its queue and its dead-letter queue.
#[derive(Clone)]
pub(super) struct WorkerQueues {
    pub(super) queue: Arc<dyn Queue>,
    pub(super) worker: String,
    pub(super) queue_url: String,
    pub(super) dlq_url: String,
}

/// A record in processing, with what acting on its result needs.
pub(super) struct Delivery<'a> {
    pub(super) queues: &'a WorkerQueues,
    pub(super) record: &'a SqsMessage,
    pub(super) invocation: &'a Invocation,
}

impl Delivery<'_> {
    pub(super) async fn acknowledge(&self, message: &Message, result: Result<(), HandlerError>) -> RecordOutcome {
        match result {
            Ok(()) => {
                debug!("message done");
                RecordOutcome::Done
            }
            Err(HandlerError::Failed(Failure::Terminal { reason, source })) => self.dead_letter(&reason, source).await,
            Err(HandlerError::Failed(Failure::Later { delay, reason })) => self.defer(message, delay, reason).await,
            Err(HandlerError::Failed(Failure::Retry { source })) => {
                warn!(error = chain(source.as_ref()), "message failed, SQS delivers it again");
                self.retry().await
            }
            // The panic hook has already logged the panic with its location.
            Err(HandlerError::Panicked) => self.retry().await,
            Err(HandlerError::TimedOut) => {
                warn!("message aborted at the deadline, SQS delivers it again");
                self.retry().await
            }
        }
    }

    /// Sends the record to the dead-letter queue. If that fails, SQS delivers it again and in the
    /// end moves it there itself.
    pub(super) async fn dead_letter(&self, reason: &str, source: Option<BoxError>) -> RecordOutcome {
        self.send_to_dead_letter_queue(self.record.body.as_deref(), reason, source).await
    }

    async fn send_to_dead_letter_queue(
        &self,
        body: Option<&str>,
        reason: &str,
        source: Option<BoxError>,
    ) -> RecordOutcome {
        let WorkerQueues { worker, dlq_url, .. } = self.queues;
        let error = source.as_deref().map(|source| chain(source));
        let letter = dead_letter::dead_letter(body, reason, worker, &self.invocation.request_id);
        match self.send(dlq_url, letter).await {
            Ok(()) => {
                error!(reason, error, "message sent to the dead-letter queue");
                RecordOutcome::DeadLettered
            }
            Err(send_error) => {
                let send_error = chain(send_error.as_ref());
                error!(reason, error, send_error, "message not sent to the dead-letter queue, SQS delivers it again");
                self.retry().await
            }
        }
    }

    /// Sends the message again with a delay, including the time and the run id that its first
    /// delivery took from SQS.
    async fn defer(&self, message: &Message, delay: Duration, reason: String) -> RecordOutcome {
        let attempt = message.attempt.saturating_add(1);
        if attempt > MAX_ATTEMPTS {
            // The attempts are reset: otherwise the message would be given up at its first deferral
            // after an operator moved it back.
            let body = Message { attempt: 0, ..message.clone() }.to_body();
            let reason = format!("given up after {} attempts: {reason}", message.attempt);
            return self.send_to_dead_letter_queue(Some(&body), &reason, None).await;
        }
        let delay = delay.clamp(MIN_DELAY, MAX_DELAY);
        let body = Message { attempt, ..message.clone() }.to_body();
        match self.send(&self.queues.queue_url, OutgoingMessage::new(body).delayed(delay)).await {
            Ok(()) => {
                info!(reason, attempt, delay_s = delay.as_secs(), "message deferred");
                RecordOutcome::Deferred
            }
            Err(error) => {
                warn!(reason, error = chain(error.as_ref()), "message not deferred, SQS delivers it again");
                self.retry().await
            }
        }
    }

    /// Retries a message whose handler was not started, and so has not failed.
    pub(super) async fn not_started(&self) -> RecordOutcome {
        self.retry().await;
        RecordOutcome::NotStarted
    }

    /// Makes the record a batch item failure, to be delivered again after [`RETRY_AFTER`]. This
    /// needs the permission `sqs:ChangeMessageVisibility`.
    async fn retry(&self) -> RecordOutcome {
        let receives = receive_count(self.record).unwrap_or(1).max(1);
        if let Some(after) = RETRY_AFTER.get(receives - 1).copied()
            && let Some(receipt_handle) = self.record.receipt_handle.as_deref()
        {
            let change = self.queues.queue.change_visibility(&self.queues.queue_url, receipt_handle, after);
            // On an error the message is still delivered again, only later.
            if let Err(error) = self.within_deadline(change).await {
                warn!(error = chain(error.as_ref()), "visibility timeout not changed, the queue's own applies");
            }
        }
        RecordOutcome::Retried
    }

    async fn send(&self, queue_url: &str, message: OutgoingMessage) -> Result<(), BoxError> {
        self.within_deadline(self.queues.queue.send(queue_url, message)).await
    }

    async fn within_deadline(&self, call: impl Future<Output = Result<(), crate::Error>>) -> Result<(), BoxError> {
        let remaining = self.invocation.deadline.earlier_by(RESPONSE_MARGIN).remaining();
        tokio::time::timeout(remaining, call).await?.map_err(Into::into)
    }
}

/// Returns how often SQS has delivered the record, this delivery included.
pub(super) fn receive_count(record: &SqsMessage) -> Option<usize> {
    record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok())
}
