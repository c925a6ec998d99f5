//! The result of a handler that has not completed a message.

use std::{error::Error, time::Duration};

use crate::BoxError;

/// The reason why a message was not completed. Any error converts to a retry, so `?` just works. A
/// message that can never succeed or has to wait needs an explicit call:
///
/// ```
/// use runtime::Failure;
///
/// fn page(text: &str) -> Result<u32, Failure> {
///     text.parse::<u32>().map_err(Failure::terminal_for("the page is not a number"))
/// }
/// assert!(matches!(page("x"), Err(Failure::Terminal { .. })));
/// ```
///
/// The type does not implement `std::error::Error`, because then the conversion from any error
/// would not be possible.
#[derive(Debug)]
pub enum Failure {
    /// The message may succeed if SQS delivers it again, which happens after
    /// [`super::RETRY_AFTER`].
    Retry {
        /// The error that ended the attempt.
        source: BoxError,
    },
    /// The message cannot be processed now, although nothing failed: a 429, a lease held by another
    /// run, something not ready yet. The message is sent again with its attempt count increased.
    /// This does not count towards the queue's `maxReceiveCount`.
    Later {
        /// The time to wait, at least a second; more than 15 minutes take several attempts.
        delay: Duration,
        /// The reason for the log.
        reason: String,
    },
    /// The message can never succeed. It is sent to the dead-letter queue with the reason.
    Terminal {
        /// The reason for the log and the dead-letter queue; it must not contain secrets.
        reason: String,
        /// The underlying error; none if there is none.
        source: Option<BoxError>,
    },
}

impl Failure {
    /// Creates a [`Failure::Later`] with this delay and reason.
    pub fn later(delay: Duration, reason: impl Into<String>) -> Self {
        Self::Later { delay, reason: reason.into() }
    }

    /// Creates a [`Failure::Terminal`] without an underlying error.
    pub fn terminal(reason: impl Into<String>) -> Self {
        Self::Terminal { reason: reason.into(), source: None }
    }

    /// Returns a conversion of errors that no retry can solve to [`Failure::Terminal`].
    pub fn terminal_for<E: Into<BoxError>>(reason: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Terminal { reason: reason.to_owned(), source: Some(error.into()) }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Retry { source: error.into() }
    }
}
