//! Sending to SQS, behind a trait so that the rest is tested without AWS.

use std::time::Duration;

use aws_sdk_sqs::{Client, error::BuildError, types::MessageAttributeValue};
use futures::{FutureExt, future::BoxFuture};

use crate::{BoxError, Error};

/// SQS's longest `DelaySeconds`.
pub const MAX_DELAY: Duration = Duration::from_secs(900);
/// SQS's longest visibility timeout, 12 hours.
pub const MAX_VISIBILITY: Duration = Duration::from_secs(43_200);

/// A message on its way to a queue.
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
    /// A message without delay and attributes.
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// The same with a delay.
    #[must_use]
    pub const fn delayed(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// The two calls on a queue that a function makes itself; receiving and deleting are the event source mapping's.
pub trait Queue: Send + Sync {
    /// Sends one message.
    fn send<'a>(&'a self, queue_url: &'a str, message: OutgoingMessage) -> BoxFuture<'a, Result<(), Error>>;

    /// Makes a received message visible again after this long (capped at [`MAX_VISIBILITY`]) rather than after the queue's
    /// visibility timeout.
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
    /// Over a client, usually [`crate::AwsClients::sqs`].
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Queue for SqsQueue {
    /// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
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

    /// See <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>.
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

/// Rounded up: a message that comes back too early only waits again.
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
