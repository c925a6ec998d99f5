//! What a handler says when it has not done a message.

use std::{error::Error, time::Duration};

use crate::BoxError;

/// Why a message is not done. Any error is retryable, so `?` just works; that a message can never succeed, or has to wait, is
/// said aloud:
///
/// ```
/// use runtime::{Failure, OrFail};
///
/// fn page(text: &str) -> Result<u32, Failure> {
///     text.parse().or_terminal("the page is not a number")
/// }
/// assert!(matches!(page("x"), Err(Failure::Terminal { .. })));
/// ```
///
/// It is not a `std::error::Error` itself, because then not every error could become one.
#[derive(Debug)]
pub enum Failure {
    /// May succeed if SQS delivers the message again, which it does after [`super::RETRY_AFTER`].
    Retry {
        /// What went wrong.
        source: BoxError,
    },
    /// Nothing went wrong, but it cannot be done now: 429, the lease is taken, not ready yet. The message is sent again and
    /// counts an attempt; it does not count towards the queue's `maxReceiveCount`.
    Later {
        /// How long to wait, at least a second; beyond 15 minutes it takes several attempts.
        delay: Duration,
        /// Why, for the log.
        reason: String,
    },
    /// Can never succeed. The message goes to the dead-letter queue with the reason.
    Terminal {
        /// Why, for the log and the dead-letter queue; no secrets.
        reason: String,
        /// What went wrong, if an error did.
        source: Option<BoxError>,
    },
}

impl Failure {
    /// [`Failure::Later`].
    pub fn later(delay: Duration, reason: impl Into<String>) -> Self {
        Self::Later { delay, reason: reason.into() }
    }

    /// [`Failure::Terminal`] without an underlying error.
    pub fn terminal(reason: impl Into<String>) -> Self {
        Self::Terminal { reason: reason.into(), source: None }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Retry { source: error.into() }
    }
}

/// Says of a `Result` what its error means for the message.
pub trait OrFail<T> {
    /// An error can never be put right by trying again.
    ///
    /// # Errors
    /// [`Failure::Terminal`] with the error as its source.
    fn or_terminal(self, reason: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Into<BoxError>> OrFail<T> for Result<T, E> {
    fn or_terminal(self, reason: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| Failure::Terminal { reason: reason.into(), source: Some(error.into()) })
    }
}
