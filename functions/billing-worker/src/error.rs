//! Errors of processing a message, and the message result that each leads to.

use std::time::Duration;

use access::{DigitalOceanFailure, Remedy};
use billing::csv::CsvError;
use chrono::{DateTime, Utc};
use domain::{InvalidId, SweepStatus, error_chain};
use runtime::Failure;
use worker::OutOfTime;

/// The delay of a message that collided with another one on the same invoice.
const CONCURRENT_CHANGE_DELAY: Duration = Duration::from_secs(2);

/// The reason why a message was not completed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// DigitalOcean refused the request or did not answer, or there is no usable token.
    #[error(transparent)]
    DigitalOcean(#[from] DigitalOceanFailure),
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
    /// The time of this run is used up.
    #[error(transparent)]
    OutOfTime(#[from] OutOfTime),
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
    /// Returns the status of a run that ends with this error.
    pub(crate) fn status(&self) -> SweepStatus {
        if self.remedy() == Some(Remedy::Scope) { SweepStatus::NotVisible } else { SweepStatus::Failed }
    }

    /// Converts the error to the result of the message: retry, later, or dead letter.
    pub(crate) fn into_failure(self, now: DateTime<Utc>) -> Failure {
        match self {
            Self::DigitalOcean(failure) => failure.into_message_result(now),
            Self::OutOfTime(_) => Failure::later(Duration::ZERO, self.to_string()),
            Self::ConcurrentChange => Failure::later(CONCURRENT_CHANGE_DELAY, self.to_string()),
            Self::Csv(_) | Self::Invalid(_) | Self::OperatorActionRequired(_) => Failure::terminal(error_chain(&self)),
            other => Failure::from(other),
        }
    }

    /// Returns whether the message only has to wait, so that the attempt does not count as failed.
    pub(crate) fn is_deferral(&self) -> bool {
        match self {
            Self::DigitalOcean(failure) => failure.is_deferral(),
            Self::OutOfTime(_) | Self::ConcurrentChange => true,
            _ => false,
        }
    }

    /// Returns what can be done about a failure of DigitalOcean; `None` for other errors.
    pub(crate) fn remedy(&self) -> Option<Remedy> {
        if let Self::DigitalOcean(failure) = self { Some(failure.remedy) } else { None }
    }
}

impl From<digitalocean::Error> for Error {
    fn from(error: digitalocean::Error) -> Self {
        Self::DigitalOcean(DigitalOceanFailure::from(&error))
    }
}
