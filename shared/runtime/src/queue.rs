//! Sends messages to SQS, behind a trait so that other code can be tested without AWS.

use std::time::Duration;

use aws_sdk_sqs::{Client, error::BuildError, types::MessageAttributeValue};
use futures::{FutureExt, future::BoxFuture};

use crate::{BoxError, Error};

/// The maximum `DelaySeconds` of SQS, 15 minutes.
pub const MAX_DELAY: Duration = Duration::from_secs(900);
/// The maximum visibility timeout of SQS, 12 hours.
pub const MAX_VISIBILITY: Duration = Duration::from_secs(43_200);

/// A message to be sent to a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// `MessageBody`; at least one character.
    pub body: String,
    /// `DelaySeconds`; rounded up to whole seconds and capped at [`MAX_DELAY`].
    pub delay: Duration,
    /// `MessageAttributes` of type String; no value may be empty.
    pub attributes: Vec<(String, String)>,
}

impl OutgoingMessage {
    /// Creates a message without delay and attributes.
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// Sets the delay of the message.
    #[must_use]
    pub const fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// The two SQS operations that a function calls itself. The event source mapping receives and
/// deletes messages.
pub trait Queue: Send + Sync {
    /// Sends one message to the queue with this URL.
    fn send<'a>(&'a self, queue_url: &'a str, message: OutgoingMessage) -> BoxFuture<'a, Result<(), Error>>;

    /// Makes a received message visible again after this time (capped at [`MAX_VISIBILITY`])
    /// instead of the queue's visibility timeout.
    fn change_visibility<'a>(
        &'a self,
        queue_url: &'a str,
        receipt_handle: &'a str,
        after: Duration,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// [`Queue`] on Amazon SQS.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: Client,
}

impl SqsQueue {
    /// Creates the queue from a client, usually [`crate::AwsClients::sqs`].
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Queue for SqsQueue {
    /// Calls `SendMessage`, see
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
    fn send<'a>(&'a self, queue_url: &'a str, message: OutgoingMessage) -> BoxFuture<'a, Result<(), Error>> {
        async move {
            let failed = |source| failure("SendMessage", queue_url, source);
            let mut request = self
                .client
                .send_message()
                .queue_url(queue_url)
                .message_body(message.body)
                .delay_seconds(whole_seconds(message.delay, MAX_DELAY));
            for (name, value) in message.attributes {
                let value = string_attribute(value).map_err(|error| failed(error.into()))?;
                request = request.message_attributes(name, value);
            }
            request.send().await.map(|_| ()).map_err(|error| failed(error.into()))
        }
        .boxed()
    }

    /// Calls `ChangeMessageVisibility`, see
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>.
    fn change_visibility<'a>(
        &'a self,
        queue_url: &'a str,
        receipt_handle: &'a str,
        after: Duration,
    ) -> BoxFuture<'a, Result<(), Error>> {
        async move {
            self.client
                .change_message_visibility()
                .queue_url(queue_url)
                .receipt_handle(receipt_handle)
                .visibility_timeout(whole_seconds(after, MAX_VISIBILITY))
                .send()
                .await
                .map(|_| ())
                .map_err(|error| failure("ChangeMessageVisibility", queue_url, error.into()))
        }
        .boxed()
    }
}

fn string_attribute(value: String) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}

fn failure(operation: &'static str, queue_url: &str, source: BoxError) -> Error {
    Error::Queue { operation, queue_url: queue_url.to_owned(), source }
}

/// Converts to whole seconds, rounded up, because a message that arrives too early only has to wait
/// again.
pub(crate) fn whole_seconds(duration: Duration, most: Duration) -> i32 {
    let duration = duration.min(most);
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(seconds.min(most.as_secs())).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_whole_seconds_rounded_up_and_capped() {
        let cases = [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (900_000, 900), (900_001, 900), (u64::MAX, 900)];
        for (milliseconds, seconds) in cases {
            assert_eq!(whole_seconds(Duration::from_millis(milliseconds), MAX_DELAY), seconds, "{milliseconds} ms");
        }
    }
}
