//! The errors of operations on the table.

use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::retry::MAX_ATTEMPTS;

/// A failed operation on the table. A write may have been applied although it failed; retrying is
/// safe, because writes are conditional.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// DynamoDB rejected the request or did not answer.
    #[error("{operation} on the table failed ({code}): {message}")]
    Dynamo {
        /// The DynamoDB operation, such as `Query`.
        operation: &'static str,
        /// DynamoDB's error code, or `unreachable` without a response.
        code: String,
        /// The error message from DynamoDB, or the SDK's description of the error.
        message: String,
        /// The error of the AWS SDK.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An item cannot be deserialized as the expected record; this version of the software did not
    /// write it.
    #[error("the item {key} is not a valid {record}")]
    Malformed {
        /// The item's partition and sort key.
        key: String,
        /// The name of the expected record, such as `resource`.
        record: &'static str,
        /// The deserialization error, which names the field.
        #[source]
        source: serde_dynamo::Error,
    },
    /// An item is missing although another item refers to it.
    #[error("the item {key} is missing although other items refer to it")]
    Missing {
        /// The item's partition and sort key.
        key: String,
    },
    /// An item exists although the write should have created it.
    #[error("the item {key} exists already although this write should have created it")]
    Present {
        /// The item's partition and sort key.
        key: String,
    },
    /// A record cannot be serialized as an item.
    #[error("a {record} cannot be serialized as an item of the table")]
    Unwritable {
        /// The name of the record, such as `resource`.
        record: &'static str,
        /// The serialization error, which names the reason.
        #[source]
        source: serde_dynamo::Error,
    },
    /// The attempts to write or read an item were used up by conflicts with other requests.
    #[error("gave up on {what} after {attempts} attempts: other requests kept changing it, or DynamoDB throttled")]
    Contended {
        /// The item's key, or a description of the items.
        what: String,
        /// The number of attempts that were made.
        attempts: u32,
    },
    /// A request lacks a required parameter.
    #[error("a request to the table could not be built")]
    Request(#[from] BuildError),
}

impl Error {
    /// Returns whether the error concerns one item (its content, its size, a conflict on it) rather
    /// than the whole table.
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

    /// The error after [`MAX_ATTEMPTS`] conflicts; `what` names the item or the items.
    pub(crate) fn contended(what: &impl std::fmt::Display) -> Self {
        Self::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS }
    }

    /// Converts an error of the SDK; `operation` is the DynamoDB operation that failed.
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
