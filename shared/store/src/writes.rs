//! Conditional writes. A conflict with another transaction is retried; a condition that does not
//! hold is returned to the caller.

use std::ops::ControlFlow;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::item::{ItemMap, from_item, key_item, number};
use crate::keys::Key;
use crate::retry::retry_on_conflict;
use crate::table::Table;

/// The outcome of a conditional write.
pub(crate) enum ConditionalWrite<T = ()> {
    /// Everything is written; what DynamoDB was asked to return.
    Applied(T),
    /// A condition does not hold, and nothing is written.
    ConditionFailed {
        /// The position of the item in a transaction, from 0. The conditions before it hold.
        index: usize,
        /// The current item, if DynamoDB returned it.
        item: Option<ItemMap>,
    },
}

impl<T> ConditionalWrite<T> {
    /// Returns whether everything is written.
    pub(crate) fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }
}

/// The outcome of writing a record that was computed from one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitOutcome<T> {
    /// The record is written, by this call or by an earlier attempt whose response was lost.
    Written,
    /// The record has changed since it was read; its current state, if it exists.
    Conflict(Option<Box<T>>),
}

/// The expected reasons for which DynamoDB rejects a write.
enum WriteRejection {
    /// A condition does not hold. In a transaction, the number is the position of the item.
    Condition(usize, Option<ItemMap>),
    /// Another transaction is in progress on one of the items. The SDK does not retry that.
    Conflict,
}

impl Table {
    /// Builds the put of an item without a condition.
    pub(crate) fn put_always(&self, item: ItemMap) -> Result<TransactWriteItem, Error> {
        Ok(part(Put::builder().table_name(&self.name).set_item(Some(item)).build()?))
    }

    /// Builds the put of an item whose stored version must be `before`; `None` if the item must not
    /// exist. Every versioned record is written by this put.
    pub(crate) fn put_at(&self, item: ItemMap, before: Option<u64>) -> Result<Put, Error> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
            }
        };
        Ok(put.build()?)
    }

    /// Builds the deletion of an item that has this version; `None` deletes any version. An item
    /// that is gone already is in the desired state.
    pub(crate) fn delete_at(&self, key: &Key, version: Option<u64>) -> Result<TransactWriteItem, Error> {
        let mut delete = Delete::builder().table_name(&self.name).set_key(Some(key_item(key)));
        if let Some(version) = version {
            delete = delete
                .condition_expression("attribute_not_exists(pk) OR version = :version")
                .expression_attribute_values(":version", number(version));
        }
        Ok(TransactWriteItem::builder().delete(delete.build()?).build())
    }

    /// Writes a record by `put`, with the other items in the same transaction if there are any. If
    /// the condition of `put` does not hold, a lost response (the stored record is the one to
    /// write) is distinguished from a write of another client.
    pub(crate) async fn commit<T: DeserializeOwned + PartialEq>(
        &self,
        record: &'static str,
        value: &T,
        key: &Key,
        put: Put,
        others: Vec<TransactWriteItem>,
    ) -> Result<CommitOutcome<T>, Error> {
        let written = if others.is_empty() {
            self.put(put, key).await?
        } else {
            self.transact([part(put)].into_iter().chain(others).collect(), key).await?
        };
        let current = match written {
            ConditionalWrite::Applied(()) => return Ok(CommitOutcome::Written),
            ConditionalWrite::ConditionFailed { index: 0, item: Some(item) } => Some(from_item(record, item)?),
            ConditionalWrite::ConditionFailed { .. } => self.record(record, key).await?,
        };
        Ok(match current {
            Some(current) if current == *value => CommitOutcome::Written,
            other => CommitOutcome::Conflict(other.map(Box::new)),
        })
    }

    /// Writes all items or none. `what` is the item that errors name.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>, what: &Key) -> Result<ConditionalWrite, Error> {
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let send = async || request.clone().send().await.map(|_| ());
        retried("TransactWriteItems", what, send, transaction_rejection).await
    }

    /// Writes one item without a transaction, which costs half as much.
    pub(crate) async fn put(&self, put: Put, what: &Key) -> Result<ConditionalWrite, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_values(put.expression_attribute_values)
            .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure);
        let send = async || request.clone().send().await.map(|_| ());
        let rejection = |error: &PutItemError| match error {
            PutItemError::ConditionalCheckFailedException(failed) => Some(condition(0, failed.item())),
            other => conflict(other),
        };
        retried("PutItem", what, send, rejection).await
    }

    /// Updates one item without a transaction. Returns the attributes that the request asks for.
    pub(crate) async fn update(
        &self,
        request: UpdateItemFluentBuilder,
        what: &Key,
    ) -> Result<ConditionalWrite<ItemMap>, Error> {
        let send = async || request.clone().send().await.map(|answer| answer.attributes.unwrap_or_default());
        let rejection = |error: &UpdateItemError| match error {
            UpdateItemError::ConditionalCheckFailedException(failed) => Some(condition(0, failed.item())),
            other => conflict(other),
        };
        retried("UpdateItem", what, send, rejection).await
    }
}

/// Makes a put a part of a transaction.
pub(crate) fn part(put: Put) -> TransactWriteItem {
    TransactWriteItem::builder().put(put).build()
}

/// Sends a write until it meets no other transaction.
async fn retried<T, E, R, F>(
    operation: &'static str,
    what: &Key,
    send: impl Fn() -> F,
    rejection: impl Fn(&E) -> Option<WriteRejection>,
) -> Result<ConditionalWrite<T>, Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
    F: Future<Output = Result<T, SdkError<E, R>>>,
{
    let written = retry_on_conflict((), async |()| {
        let error = match send().await {
            Ok(answer) => return Ok(ControlFlow::Break(ConditionalWrite::Applied(answer))),
            Err(error) => error,
        };
        match error.as_service_error().and_then(&rejection) {
            Some(WriteRejection::Condition(index, item)) => {
                Ok(ControlFlow::Break(ConditionalWrite::ConditionFailed { index, item }))
            }
            Some(WriteRejection::Conflict) => Ok(ControlFlow::Continue(())),
            None => Err(Error::dynamo(operation, error)),
        }
    });
    written.await?.break_value().ok_or_else(|| Error::contended(what))
}

fn transaction_rejection(error: &TransactWriteItemsError) -> Option<WriteRejection> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return None };
    let mut has_conflict = false;
    for (index, reason) in cancelled.cancellation_reasons().iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => return Some(condition(index, reason.item())),
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => has_conflict = true,
            _ => {}
        }
    }
    has_conflict.then_some(WriteRejection::Conflict)
}

fn condition(index: usize, item: Option<&ItemMap>) -> WriteRejection {
    WriteRejection::Condition(index, item.filter(|item| !item.is_empty()).cloned())
}

fn conflict<E: ProvideErrorMetadata>(error: &E) -> Option<WriteRejection> {
    (error.code() == Some("TransactionConflictException")).then_some(WriteRejection::Conflict)
}
