//! What can go wrong with a message, and what becomes of it then.

use std::time::Duration;

use billing::csv::CsvError;
use chrono::{DateTime, Utc};
use domain::{InvalidId, SweepStatus, error_chain};
use runtime::Failure;

/// How soon a message comes back that met another one on the same invoice.
const CONCURRENT_CHANGE_DELAY: Duration = Duration::from_secs(2);

/// Why a message is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// DigitalOcean refused or did not answer.
    #[error(transparent)]
    DigitalOcean(#[from] digitalocean::Error),
    /// There is no token to ask DigitalOcean with.
    #[error("{reason}")]
    Denied {
        /// What is wrong and what to do.
        reason: String,
        /// Whether it may pass by itself.
        retry: bool,
    },
    /// The table cannot be read or written.
    #[error(transparent)]
    Table(#[from] store::Error),
    /// A message could not be sent.
    #[error(transparent)]
    Queue(#[from] runtime::Error),
    /// The CSV of an invoice cannot be read; what was shown before still is.
    #[error("the invoice's CSV cannot be taken in: {0}")]
    Csv(#[source] CsvError),
    /// DigitalOcean sent an id or a month that is none.
    #[error("DigitalOcean sent what cannot be kept")]
    Invalid(#[from] InvalidId),
    /// The time of this run is used up. What was written stays, and the next run goes on there.
    #[error("out of time; what was written is kept, and the next run goes on there")]
    OutOfTime,
    /// Another message changed the same invoice meanwhile.
    #[error("another message changed the invoice meanwhile")]
    ConcurrentChange,
    /// Something that only a person can put right.
    #[error("{0}")]
    OperatorActionRequired(String),
    /// The work ended without a result; it is begun anew.
    #[error("the reading of the CSV was broken off")]
    ReaderAborted(#[from] tokio::task::JoinError),
    /// A record does not write as JSON.
    #[error("a record does not write as JSON")]
    Serialize(#[from] serde_json::Error),
}

impl Error {
    /// The error for people. What did not read as documented is named by its place alone: its cause may quote what the answer held.
    pub(crate) fn public_message(&self) -> String {
        match self {
            Self::DigitalOcean(error @ digitalocean::Error::Decode { .. }) => error.to_string(),
            other => error_chain(other),
        }
    }

    /// Whether DigitalOcean refuses the token.
    pub(crate) fn needs_new_token(&self) -> bool {
        matches!(self, Self::DigitalOcean(error) if error.needs_new_token())
    }

    /// How a run that it ended is filed.
    pub(crate) fn status(&self) -> SweepStatus {
        match self {
            Self::DigitalOcean(error) if error.is_not_visible() => SweepStatus::NotVisible,
            _ => SweepStatus::Failed,
        }
    }

    /// What becomes of the message.
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

    /// Whether the message only has to wait: nothing was tried in vain.
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
