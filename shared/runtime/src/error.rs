//! The crate's one error type.

use lambda_runtime::Diagnostic;

use crate::config::ConfigError;

/// Any error that can cross a task boundary.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong in this crate. Every variant keeps its source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Environment variables are missing or invalid; all of them are named.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No secret under any of the names tried.
    #[error("no such secret: {}", names.join(", "))]
    SecretNotFound {
        /// The names tried, in that order.
        names: Vec<String>,
    },
    /// Secrets Manager refused or failed; nothing is known about the secret.
    #[error("secret {name} could not be read")]
    SecretFetch {
        /// The secret's name.
        name: String,
        /// The service's error.
        #[source]
        source: BoxError,
    },
    /// The secret exists but holds no token.
    #[error("secret {name} is unusable: {problem}")]
    SecretUnusable {
        /// The secret's name.
        name: String,
        /// What is wrong, without the value.
        problem: &'static str,
    },
    /// A base name that is not `<prefix>/<slug>`. The name itself is not repeated: it may be anything.
    #[error("the secret's base name is not {prefix}/<slug>")]
    SecretBase {
        /// The deployment's prefix.
        prefix: String,
    },
    /// A purpose that must not become part of a secret's name.
    #[error("not a slug ([a-z0-9-]{{1,32}}): {what}")]
    InvalidSlug {
        /// Which argument it was.
        what: &'static str,
    },
    /// SQS refused or failed.
    #[error("SQS {operation} on {queue_url} failed")]
    Queue {
        /// The API operation, in AWS's spelling.
        operation: &'static str,
        /// The queue.
        queue_url: String,
        /// The service's error.
        #[source]
        source: BoxError,
    },
    /// `EventBridge` Scheduler refused or failed.
    #[error("Scheduler {operation} of {name} failed")]
    Schedule {
        /// The API operation, in AWS's spelling.
        operation: &'static str,
        /// The schedule.
        name: String,
        /// The service's error.
        #[source]
        source: BoxError,
    },
    /// A message's own fields do not serialise to a JSON object.
    #[error("message fields do not serialise to a JSON object")]
    Fields(#[source] BoxError),
    /// Records without a message id must be redelivered: only failing the whole batch does that.
    #[error("{count} records that must be redelivered have no message id: the whole batch fails")]
    Unreportable {
        /// How many records.
        count: usize,
    },
    /// The Lambda Runtime API failed.
    #[error("the Lambda runtime stopped")]
    Runtime(#[source] BoxError),
}

impl Error {
    /// A stable name for alarms and metric filters; it is the `errorType` Lambda reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Config(_) => "Config",
            Self::SecretNotFound { .. } => "SecretNotFound",
            Self::SecretFetch { .. } => "SecretFetch",
            Self::SecretUnusable { .. } => "SecretUnusable",
            Self::SecretBase { .. } => "SecretBase",
            Self::InvalidSlug { .. } => "InvalidSlug",
            Self::Queue { .. } => "Queue",
            Self::Schedule { .. } => "Schedule",
            Self::Fields(_) => "Fields",
            Self::Unreportable { .. } => "Unreportable",
            Self::Runtime(_) => "Runtime",
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        Self { error_type: error.name().to_owned(), error_message: crate::telemetry::chain(&error) }
    }
}
