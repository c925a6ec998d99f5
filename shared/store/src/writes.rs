//! Conditional writes. A conflict with another transaction is retried; a condition that does not
//! hold is returned to the caller.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::item::ItemMap;
use crate::keys::Key;
use crate::{Error, Table};

/// The maximum number of attempts for a write that conflicts with a transaction, or for a batch
/// read that DynamoDB answers in parts.
pub(crate) const MAX_ATTEMPTS: u32 = 6;

/// The outcome of a conditional write.
pub(crate) enum ConditionalWrite {
    /// The item is written.
    Applied,
    /// The condition does not hold; the current item, if DynamoDB returned it.
    ConditionFailed(Option<ItemMap>),
}

/// The outcome of a transaction.
pub(crate) enum ConditionalTransaction {
    /// All items of the transaction are written.
    Applied,
    /// The condition of the item at `index` does not hold; those before it do.
    ConditionFailed {
        /// The position of the item in the transaction, from 0.
        index: usize,
        /// The current item, if DynamoDB returned it.
        item: Option<ItemMap>,
    },
}

/// The outcome of a conditional update.
pub(crate) enum ConditionalUpdate {
    /// The item is updated; the attributes that the request asked DynamoDB to return.
    Applied(ItemMap),
    /// The condition does not hold; the current item, if DynamoDB returned it.
    ConditionFailed(Option<ItemMap>),
}

/// The expected reasons for which DynamoDB rejects a write.
enum WriteRejection {
    /// A condition does not hold. In a transaction, the number is the position of the item.
    Condition(usize, Option<ItemMap>),
    /// Another transaction is in progress on one of the items.
    Conflict,
}

impl Table {
    /// Writes all items or none. `what` is the item that errors name.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>, what: &Key) -> Result<ConditionalWrite, Error> {
        Ok(match self.transact_indexed(items, what).await? {
            ConditionalTransaction::Applied => ConditionalWrite::Applied,
            ConditionalTransaction::ConditionFailed { item, .. } => ConditionalWrite::ConditionFailed(item),
        })
    }

    /// Writes all items or none, as [`Table::transact`] does, and returns which of the conditions
    /// does not hold.
    pub(crate) async fn transact_indexed(
        &self,
        items: Vec<TransactWriteItem>,
        what: &Key,
    ) -> Result<ConditionalTransaction, Error> {
        for attempt in 0..MAX_ATTEMPTS {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            match request.send().await {
                Ok(_) => return Ok(ConditionalTransaction::Applied),
                Err(error) => match transaction_rejection(&error) {
                    Some(WriteRejection::Condition(index, item)) => {
                        return Ok(ConditionalTransaction::ConditionFailed { index, item });
                    }
                    Some(WriteRejection::Conflict) => pause(attempt).await,
                    None => return Err(Error::dynamo("TransactWriteItems", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
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
        for attempt in 0..MAX_ATTEMPTS {
            match request.clone().send().await {
                Ok(_) => return Ok(ConditionalWrite::Applied),
                Err(error) => match put_rejection(&error) {
                    Some(WriteRejection::Condition(_, item)) => return Ok(ConditionalWrite::ConditionFailed(item)),
                    Some(WriteRejection::Conflict) => pause(attempt).await,
                    None => return Err(Error::dynamo("PutItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
    }

    /// Updates one item without a transaction.
    pub(crate) async fn update(
        &self,
        request: UpdateItemFluentBuilder,
        what: &Key,
    ) -> Result<ConditionalUpdate, Error> {
        for attempt in 0..MAX_ATTEMPTS {
            match request.clone().send().await {
                Ok(answer) => return Ok(ConditionalUpdate::Applied(answer.attributes.unwrap_or_default())),
                Err(error) => match update_rejection(&error) {
                    Some(WriteRejection::Condition(_, item)) => return Ok(ConditionalUpdate::ConditionFailed(item)),
                    Some(WriteRejection::Conflict) => pause(attempt).await,
                    None => return Err(Error::dynamo("UpdateItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
    }
}

/// Returns whether an error means that a transaction is in progress on the item. The SDK does not
/// retry this error.
fn is_transaction_conflict<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("TransactionConflictException")
}

/// Waits before the next attempt, longer each time: 20 ms to 1.3 s, plus up to the same time again
/// at random, so that writers that collided once do not collide again.
pub(crate) async fn pause(attempt: u32) {
    let least = 20_u64 << attempt.min(6);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(least..=2 * least))).await;
}

fn put_rejection<R>(error: &SdkError<PutItemError, R>) -> Option<WriteRejection> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => {
            Some(WriteRejection::Condition(0, returned_item(failed.item())))
        }
        _ if is_transaction_conflict(error) => Some(WriteRejection::Conflict),
        _ => None,
    }
}

fn update_rejection<R>(error: &SdkError<UpdateItemError, R>) -> Option<WriteRejection> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(failed) => {
            Some(WriteRejection::Condition(0, returned_item(failed.item())))
        }
        _ if is_transaction_conflict(error) => Some(WriteRejection::Conflict),
        _ => None,
    }
}

fn transaction_rejection<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<WriteRejection> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.as_service_error()? else {
        return None;
    };
    let mut has_conflict = false;
    for (index, reason) in cancelled.cancellation_reasons().iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => {
                return Some(WriteRejection::Condition(index, returned_item(reason.item())));
            }
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => has_conflict = true,
            _ => {}
        }
    }
    has_conflict.then_some(WriteRejection::Conflict)
}

fn returned_item(item: Option<&ItemMap>) -> Option<ItemMap> {
    item.filter(|item| !item.is_empty()).cloned()
}
