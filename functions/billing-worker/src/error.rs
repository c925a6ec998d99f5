//! Errors of processing a message, and the message result that each leads to.

use std::time::Duration;

use billing::csv::CsvError;
use chrono::{DateTime, Utc};
use domain::{InvalidId, SweepStatus, error_chain};
use runtime::Failure;

/// The delay of a message that collided with another one on the same invoice.
const CONCURRENT_CHANGE_DELAY: Duration = Duration::from_secs(2);

/// The reason why a message was not completed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// DigitalOcean refused the request or did not answer.
    #[error(transparent)]
    DigitalOcean(#[from] digitalocean::Error),
    /// No usable token for DigitalOcean is available.
    #[error("{reason}")]
    Denied {
        /// A message that names the problem and its remedy.
        reason: String,
        /// True if the problem may be temporary.
        retry: bool,
    },
    /// The table cannot be read or written.
    #[error(transparent)]
    Table(#[from] store::Error),
    /// A message could not be sent.
    #[error(transparent)]
    Queue(#[from] runtime::Error),
    /// The CSV of an invoice cannot be read; the lines that were published before stay published.
    #[error("the invoice's CSV cannot be read: {0}")]
    Csv(#[source] CsvError),
    /// DigitalOcean sent a text that is not a valid id or month.
    #[error("DigitalOcean sent an invalid id or month")]
    Invalid(#[from] InvalidId),
    /// The time of this run is used up. Completed writes are kept, and the next run continues from
    /// there.
    #[error("the run is out of time; completed writes are kept, and the next run continues from there")]
    OutOfTime,
    /// Another message changed the same invoice at the same time.
    #[error("another message changed the invoice at the same time")]
    ConcurrentChange,
    /// A problem that only an operator can solve.
    #[error("{0}")]
    OperatorActionRequired(String),
    /// The task that reads the CSV ended without a result; the message is retried.
    #[error("the task that reads the CSV was aborted")]
    ReaderAborted(#[from] tokio::task::JoinError),
    /// A record cannot be serialized as JSON.
    #[error("a record cannot be serialized as JSON")]
    Serialize(#[from] serde_json::Error),
}

impl Error {
    /// Returns the error for the log, the receipt and the API. For a response that cannot be
    /// decoded it names only the position, because the cause may quote the content of the response.
    pub(crate) fn public_message(&self) -> String {
        match self {
            Self::DigitalOcean(error @ digitalocean::Error::Decode { .. }) => error.to_string(),
            other => error_chain(other),
        }
    }

    /// Returns whether DigitalOcean refused the token.
    pub(crate) fn needs_new_token(&self) -> bool {
        matches!(self, Self::DigitalOcean(error) if error.needs_new_token())
    }

    /// Returns the status of a run that ends with this error.
    pub(crate) fn status(&self) -> SweepStatus {
        match self {
            Self::DigitalOcean(error) if error.is_not_visible() => SweepStatus::NotVisible,
            _ => SweepStatus::Failed,
        }
    }

    /// Converts the error to the result of the message: retry, later, or dead letter.
    pub(crate) fn into_failure(self, now: DateTime<Utc>) -> Failure {
        let message = self.public_message();
        match self {
            Self::DigitalOcean(error) => match error.retry_at() {
                Some(at) => Failure::later((domain::to_millis(at) - now).to_std().unwrap_or_default(), message),
                None if matches!(error, digitalocean::Error::DeadlineExceeded { .. }) => {
                    Failure::later(Duration::ZERO, message)
                }
                None if error.is_retryable() => Failure::from(error),
                None => Failure::terminal(message),
            },
            Self::OutOfTime => Failure::later(Duration::ZERO, message),
            Self::ConcurrentChange => Failure::later(CONCURRENT_CHANGE_DELAY, message),
            Self::Denied { retry: false, .. } | Self::Csv(_) | Self::Invalid(_) | Self::OperatorActionRequired(_) => {
                Failure::terminal(message)
            }
            other => Failure::from(other),
        }
    }

    /// Returns whether the message only has to wait, so that the attempt does not count as failed.
    pub(crate) fn is_deferral(&self) -> bool {
        match self {
            Self::DigitalOcean(error) => {
                error.retry_at().is_some() || matches!(error, digitalocean::Error::DeadlineExceeded { .. })
            }
            Self::OutOfTime | Self::ConcurrentChange => true,
            _ => false,
        }
    }
}
