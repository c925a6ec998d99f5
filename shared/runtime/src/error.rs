//! The error type of this crate.

/// A boxed error of any type that can be sent between threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error of this crate. Every variant that has a cause keeps it as its source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No secret exists under any of the names tried.
    #[error("no such secret: {}", names.join(", "))]
    SecretNotFound {
        /// The names tried, in this order.
        names: Vec<String>,
    },
    /// Secrets Manager refused or failed, so it is unknown whether the secret exists.
    #[error("secret {name} could not be read")]
    SecretFetch {
        /// The name of the secret.
        name: String,
        /// The error of the AWS service.
        #[source]
        source: BoxError,
    },
    /// The secret exists but does not contain a token.
    #[error("secret {name} is unusable: {problem}")]
    SecretUnusable {
        /// The name of the secret.
        name: String,
        /// A description of the problem without the value.
        problem: &'static str,
    },
    /// A base name that is not `<prefix>/<slug>`. The error does not repeat the name, which may be
    /// any text.
    #[error("the secret's base name is not {prefix}/<slug>")]
    SecretBase {
        /// The prefix of this deployment's secrets.
        prefix: String,
    },
    /// A purpose that must not become part of a secret's name.
    #[error("the {what} is not a slug ([a-z0-9-]{{1,32}})")]
    InvalidSlug {
        /// The name of the argument.
        what: &'static str,
    },
    /// SQS refused or failed.
    #[error("SQS {operation} on {queue_url} failed")]
    Queue {
        /// The API operation, in AWS's spelling.
        operation: &'static str,
        /// The URL of the queue.
        queue_url: String,
        /// The error of the AWS service.
        #[source]
        source: BoxError,
    },
    /// `EventBridge` Scheduler refused or failed.
    #[error("Scheduler {operation} of {name} failed")]
    Schedule {
        /// The API operation, in AWS's spelling.
        operation: &'static str,
        /// The name of the schedule.
        name: String,
        /// The error of the AWS service.
        #[source]
        source: BoxError,
    },
    /// The worker's own fields of a message do not serialise to a JSON object.
    #[error("message fields do not serialise to a JSON object")]
    Fields(#[source] BoxError),
    /// Records without a message id must be redelivered, which only a failure of the whole batch
    /// achieves.
    #[error("{count} records that must be redelivered have no message id: the whole batch fails")]
    Unreportable {
        /// The number of these records.
        count: usize,
    },
    /// The Lambda Runtime API failed.
    #[error("the Lambda runtime stopped")]
    Runtime(#[source] BoxError),
}
