//! In-memory fakes of AWS services, for the tests of this and other crates.

mod logs;
mod schedules;

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use futures::{FutureExt, future::BoxFuture};

use crate::{Deadline, Error, Invocation, OutgoingMessage, Queue};

pub use logs::Logs;
pub use schedules::MemoryScheduler;

/// The `SentTimestamp` that [`record`] sets: 2026-04-01T00:00:00Z, in milliseconds since the Unix
/// epoch.
pub const SENT_TIMESTAMP_MS: i64 = 1_775_001_600_000;

/// A [`Queue`] that records the messages sent to it.
#[derive(Debug, Default)]
pub struct MemoryQueue {
    state: Mutex<QueueState>,
}

#[derive(Debug, Default)]
struct QueueState {
    sent: Vec<(String, OutgoingMessage)>,
    visibility: Vec<(String, Duration)>,
    refusing: HashSet<String>,
}

impl MemoryQueue {
    /// Creates an empty queue that accepts every message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes all further sends and visibility changes on this queue fail.
    pub fn refuse(&self, queue_url: &str) {
        self.state().refusing.insert(queue_url.to_owned());
    }

    /// Returns the messages that were sent to this queue, in order.
    #[must_use]
    pub fn sent(&self, queue_url: &str) -> Vec<OutgoingMessage> {
        let state = self.state();
        state.sent.iter().filter(|(url, _)| url == queue_url).map(|(_, message)| message.clone()).collect()
    }

    /// Returns the visibility changes: receipt handle and new timeout.
    #[must_use]
    pub fn visibility(&self) -> Vec<(String, Duration)> {
        self.state().visibility.clone()
    }

    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self, operation: &'static str, queue_url: &str, act: impl FnOnce(&mut QueueState)) -> Result<(), Error> {
        let mut state = self.state();
        if state.refusing.contains(queue_url) {
            return Err(Error::Queue { operation, queue_url: queue_url.to_owned(), source: "refused".into() });
        }
        act(&mut state);
        Ok(())
    }
}

impl Queue for MemoryQueue {
    fn send<'a>(&'a self, queue_url: &'a str, message: OutgoingMessage) -> BoxFuture<'a, Result<(), Error>> {
        async move { self.call("SendMessage", queue_url, |state| state.sent.push((queue_url.to_owned(), message))) }
            .boxed()
    }

    fn change_visibility<'a>(
        &'a self,
        queue_url: &'a str,
        receipt_handle: &'a str,
        after: Duration,
    ) -> BoxFuture<'a, Result<(), Error>> {
        async move {
            self.call("ChangeMessageVisibility", queue_url, |state| {
                state.visibility.push((receipt_handle.to_owned(), after));
            })
        }
        .boxed()
    }
}

/// Creates an SQS record as Lambda delivers it, sent at [`SENT_TIMESTAMP_MS`] and received once.
#[must_use]
pub fn record(message_id: &str, body: &str) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message_id.to_owned());
    record.receipt_handle = Some(format!("receipt-{message_id}"));
    record.body = Some(body.to_owned());
    record.attributes.insert("SentTimestamp".to_owned(), SENT_TIMESTAMP_MS.to_string());
    record.attributes.insert("ApproximateReceiveCount".to_owned(), "1".to_owned());
    record
}

/// Creates an SQS event with these records.
#[must_use]
pub fn event(records: Vec<SqsMessage>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = records;
    event
}

/// Creates a warm invocation with this much time left.
#[must_use]
pub fn invocation(remaining: Duration) -> Invocation {
    Invocation { request_id: "request-1".to_owned(), deadline: Deadline::after(remaining), cold_start: false }
}
