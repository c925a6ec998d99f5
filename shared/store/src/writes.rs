//! Conditional writes: made again while another transaction is on the item, refused when the condition does not hold.

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

/// How often a write is tried that meets a transaction on the same item, or a read that DynamoDB answers in parts.
pub(crate) const MAX_ATTEMPTS: u32 = 6;

/// How a conditional write ended.
pub(crate) enum ConditionalWrite {
    /// It is written.
    Applied,
    /// Its condition does not hold; the item as it is, where DynamoDB handed it over.
    ConditionFailed(Option<ItemMap>),
}

/// How a transaction ended.
pub(crate) enum ConditionalTransaction {
    /// All of it is written.
    Applied,
    /// The condition of the item at this place in it does not hold, those before it do; the item as it is, where DynamoDB handed it over.
    ConditionFailed {
        /// The place, from 0.
        index: usize,
        /// The item.
        item: Option<ItemMap>,
    },
}

/// How a conditional update ended.
pub(crate) enum ConditionalUpdate {
    /// It is written; what DynamoDB was asked to hand over.
    Applied(ItemMap),
    /// Its condition does not hold; the item as it is, where DynamoDB handed it over.
    ConditionFailed(Option<ItemMap>),
}

/// Why DynamoDB refused a write, where it is one of the two reasons that are part of the game.
enum WriteRejection {
    /// A condition does not hold: of a transaction, that of the item at this place.
    Condition(usize, Option<ItemMap>),
    /// Another transaction is on one of the items.
    Conflict,
}

impl Table {
    /// Writes all items or none. `what` is the item it is about.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>, what: &Key) -> Result<ConditionalWrite, Error> {
        Ok(match self.transact_indexed(items, what).await? {
            ConditionalTransaction::Applied => ConditionalWrite::Applied,
            ConditionalTransaction::ConditionFailed { item, .. } => ConditionalWrite::ConditionFailed(item),
        })
    }

    /// The same, for who wants to know which of the conditions does not hold.
    pub(crate) async fn transact_indexed(
        &self,
        items: Vec<TransactWriteItem>,
        what: &Key,
    ) -> Result<ConditionalTransaction, Error> {
        for round in 0..MAX_ATTEMPTS {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            match request.send().await {
                Ok(_) => return Ok(ConditionalTransaction::Applied),
                Err(error) => match transaction_rejection(&error) {
                    Some(WriteRejection::Condition(index, item)) => {
                        return Ok(ConditionalTransaction::ConditionFailed { index, item });
                    }
                    Some(WriteRejection::Conflict) => pause(round).await,
                    None => return Err(Error::dynamo("TransactWriteItems", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
    }

    /// Writes one item by itself: half the price of a transaction.
    pub(crate) async fn put(&self, put: Put, what: &Key) -> Result<ConditionalWrite, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_values(put.expression_attribute_values)
            .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure);
        for round in 0..MAX_ATTEMPTS {
            match request.clone().send().await {
                Ok(_) => return Ok(ConditionalWrite::Applied),
                Err(error) => match put_rejection(&error) {
                    Some(WriteRejection::Condition(_, item)) => return Ok(ConditionalWrite::ConditionFailed(item)),
                    Some(WriteRejection::Conflict) => pause(round).await,
                    None => return Err(Error::dynamo("PutItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
    }

    /// Changes one item by itself.
    pub(crate) async fn update(
        &self,
        request: UpdateItemFluentBuilder,
        what: &Key,
    ) -> Result<ConditionalUpdate, Error> {
        for round in 0..MAX_ATTEMPTS {
            match request.clone().send().await {
                Ok(answer) => return Ok(ConditionalUpdate::Applied(answer.attributes.unwrap_or_default())),
                Err(error) => match update_rejection(&error) {
                    Some(WriteRejection::Condition(_, item)) => return Ok(ConditionalUpdate::ConditionFailed(item)),
                    Some(WriteRejection::Conflict) => pause(round).await,
                    None => return Err(Error::dynamo("UpdateItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), attempts: MAX_ATTEMPTS })
    }
}

/// Whether an error says that a transaction is on the item; the SDK does not retry it.
fn is_transaction_conflict<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("TransactionConflictException")
}

/// Waits before another try, longer each time: 20 ms to 1.3 s, and up to as much again, so that those who met once do not meet again.
pub(crate) async fn pause(round: u32) {
    let least = 20_u64 << round.min(6);
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
    let mut busy = false;
    for (index, reason) in cancelled.cancellation_reasons().iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => {
                return Some(WriteRejection::Condition(index, returned_item(reason.item())));
            }
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => busy = true,
            _ => {}
        }
    }
    busy.then_some(WriteRejection::Conflict)
}

fn returned_item(item: Option<&ItemMap>) -> Option<ItemMap> {
    item.filter(|item| !item.is_empty()).cloned()
}
