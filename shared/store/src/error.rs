//! What can go wrong between us and the table.

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// An operation on the table that did not happen, or of which we do not know whether it did. Retrying is safe: writes are conditional.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// DynamoDB refused or did not answer.
    #[error("{operation} on the table failed ({code}): {message}")]
    Dynamo {
        /// The DynamoDB operation, such as `Query`.
        operation: &'static str,
        /// DynamoDB's error code, or `unreachable`.
        code: String,
        /// DynamoDB's message.
        message: String,
        /// The SDK's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An item does not read as the record it should be; the table holds what this version did not write.
    #[error("the item {key} does not read as {record}")]
    Malformed {
        /// The item's key.
        key: String,
        /// The record it should be.
        record: &'static str,
        /// What does not fit.
        #[source]
        source: serde_dynamo::Error,
    },
    /// An item is gone that another one speaks of.
    #[error("the item {key} is not there, though it should be")]
    Missing {
        /// The item's key.
        key: String,
    },
    /// An item is there that nobody but us could have written, and we did not.
    #[error("the item {key} is there already, though it should not be")]
    Present {
        /// The item's key.
        key: String,
    },
    /// A record could not be written as an item.
    #[error("a {record} cannot be written as an item")]
    Unwritable {
        /// The record.
        record: &'static str,
        /// Why.
        #[source]
        source: serde_dynamo::Error,
    },
    /// Others kept changing the same item.
    #[error("{what} kept changing under us: gave up after {attempts} attempts")]
    Contended {
        /// The item.
        what: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// A request could not be put together.
    #[error("a request to the table could not be built")]
    Request(#[from] BuildError),
}

impl Error {
    /// Whether it is one item's own trouble (its content, its size, a race for it) rather than the table's.
    #[must_use]
    pub fn is_about_one_item(&self) -> bool {
        match self {
            Self::Malformed { .. }
            | Self::Missing { .. }
            | Self::Present { .. }
            | Self::Unwritable { .. }
            | Self::Contended { .. } => true,
            Self::Dynamo { code, .. } => code == "ValidationException",
            Self::Request(_) => false,
        }
    }

    /// Wraps the SDK's error with what was being done.
    pub(crate) fn dynamo<E, R>(operation: &'static str, source: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = source.code().unwrap_or("unreachable").to_owned();
        let message = source.message().map_or_else(|| DisplayErrorContext(&source).to_string(), str::to_owned);
        Self::Dynamo { operation, code, message, source: Box::new(source) }
    }
}
