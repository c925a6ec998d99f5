//! The batches of `events/`, and what becomes of messages.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use runtime::{BatchRunner, Failure, OutgoingMessage, Queue, WorkerConfig, fake};
use worker::MessageHandler;

/// The remaining time of an invocation, as of a worker's function.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Reads a batch of `events/`, in the format in which Lambda delivers it.
///
/// # Panics
/// Panics when there is no such file, or it is not an SQS event.
#[must_use]
pub fn read_event(function: &str, case: &str) -> SqsEvent {
    let path = format!("{}/../../events/{function}/{case}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).expect("a file of events/")).expect("an SQS event")
}

/// Runs a batch of `events/` as [`worker::serve`] does, and returns the ids of the messages to be
/// delivered again.
///
/// # Panics
/// Panics when the whole batch fails.
pub async fn run_events(
    worker: &impl MessageHandler,
    config: &WorkerConfig,
    queue: Arc<dyn Queue>,
    function: &str,
    case: &str,
) -> Vec<String> {
    let runner = BatchRunner::from_config(config, queue);
    let handle = |message, deadline| worker.handle(message, deadline);
    let response = runner.run_batch(read_event(function, case), &fake::invocation(TIMEOUT), handle).await;
    let response = serde_json::to_value(response.expect("a response")).expect("JSON");
    let failures =
        response["batchItemFailures"].as_array().expect("the response has a list of failures, even if it is empty");
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().expect("a message id").to_owned()).collect()
}

/// Returns the reason on a dead letter.
///
/// # Panics
/// Panics when it has none.
#[must_use]
pub fn reason(letter: &OutgoingMessage) -> &str {
    let reason = letter.attributes.iter().find(|(name, _)| name == "reason");
    &reason.expect("a dead letter has a reason").1
}

/// Returns the outcome of a message in a word, for example `done` or `retry`.
#[must_use]
pub fn outcome_text(result: &Result<(), Failure>) -> String {
    match result {
        Ok(()) => "done".to_owned(),
        Err(Failure::Retry { .. }) => "retry".to_owned(),
        Err(Failure::Later { delay, .. }) => format!("later {}", delay.as_secs()),
        Err(Failure::Terminal { .. }) => "terminal".to_owned(),
    }
}
