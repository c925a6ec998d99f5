//! What becomes of a record once its handler has stopped. Every failure is logged here, once.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use tracing::{debug, error, info, warn};

use super::{BatchRunner, Failure, Message, dead_letter, runner::Stopped};
use crate::{BoxError, Invocation, Outgoing, queue::MAX_DELAY, telemetry::chain};

/// A re-send waits at least this long, or a message could circle as fast as the function runs.
const MIN_DELAY: Duration = Duration::from_secs(1);
/// The time left to Lambda's end at which a send is given up, so that the response still goes out.
const RESPONSE_MARGIN: Duration = Duration::from_millis(250);

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    DeadLettered,
    Deferred,
    Retried,
    NotStarted,
}

impl Outcome {
    /// Whether the record is a batch item failure.
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

/// One record being settled.
pub(super) struct Delivery<'a> {
    pub(super) runner: &'a BatchRunner,
    pub(super) record: &'a SqsMessage,
    pub(super) invocation: &'a Invocation,
}

impl Delivery<'_> {
    pub(super) async fn settle(&self, message: &Message, result: Result<(), Stopped>) -> Outcome {
        match result {
            Ok(()) => {
                debug!("message done");
                Outcome::Done
            }
            Err(Stopped::Failed(Failure::Terminal { reason, source })) => self.dead_letter(&reason, source).await,
            Err(Stopped::Failed(Failure::Later { delay, reason })) => self.defer(message, delay, reason).await,
            Err(Stopped::Failed(Failure::Retry { after, source })) => {
                warn!(error = chain(source.as_ref()), "message failed, SQS delivers it again");
                self.retry(after).await
            }
            // The panic hook has logged it, with the place.
            Err(Stopped::Panicked) => self.retry(None).await,
            Err(Stopped::CutOff) => {
                warn!("message cut off at the deadline, SQS delivers it again");
                self.retry(None).await
            }
        }
    }

    /// To the dead-letter queue; if that fails, back to SQS, which in the end moves it there itself.
    pub(super) async fn dead_letter(&self, reason: &str, source: Option<BoxError>) -> Outcome {
        let BatchRunner { worker, dlq_url, .. } = self.runner;
        let error = source.as_deref().map(|source| chain(source));
        let letter = dead_letter::dead_letter(self.record.body.as_deref(), reason, worker, &self.invocation.request_id);
        match self.send(dlq_url, letter).await {
            Ok(()) => {
                error!(reason, error, "message sent to the dead-letter queue");
                Outcome::DeadLettered
            }
            Err(send_error) => {
                let send_error = chain(send_error.as_ref());
                error!(reason, error, send_error, "message not sent to the dead-letter queue, SQS delivers it again");
                self.retry(None).await
            }
        }
    }

    /// Sends the message again, with everything in it that its first delivery took from SQS.
    async fn defer(&self, message: &Message, delay: Duration, reason: String) -> Outcome {
        let attempt = message.attempt.saturating_add(1);
        if attempt > self.runner.max_attempts {
            return self.dead_letter(&format!("given up after {} attempts: {reason}", message.attempt), None).await;
        }
        let delay = delay.clamp(MIN_DELAY, MAX_DELAY);
        let body = Message { attempt, ..message.clone() }.to_body();
        match self.send(&self.runner.queue_url, Outgoing::new(body).delayed(delay)).await {
            Ok(()) => {
                info!(reason, attempt, delay_s = delay.as_secs(), "message deferred");
                Outcome::Deferred
            }
            Err(error) => {
                warn!(reason, error = chain(error.as_ref()), "message not deferred, SQS delivers it again");
                self.retry(None).await
            }
        }
    }

    /// A batch item failure, sooner than the visibility timeout if that is wanted.
    async fn retry(&self, after: Option<Duration>) -> Outcome {
        if let Some(after) = after.or(self.runner.retry_after)
            && let Some(receipt_handle) = self.record.receipt_handle.as_deref()
        {
            let change = self.runner.queue.change_visibility(&self.runner.queue_url, receipt_handle, after);
            // It comes back either way, only later.
            if let Err(error) = self.in_time(change).await {
                warn!(error = chain(error.as_ref()), "visibility timeout not changed");
            }
        }
        Outcome::Retried
    }

    async fn send(&self, queue_url: &str, message: Outgoing) -> Result<(), BoxError> {
        self.in_time(self.runner.queue.send(queue_url, message)).await
    }

    async fn in_time(&self, call: impl Future<Output = Result<(), crate::Error>>) -> Result<(), BoxError> {
        let remaining = self.invocation.deadline.remaining_minus(RESPONSE_MARGIN);
        tokio::time::timeout(remaining, call).await?.map_err(Into::into)
    }
}
