//! Conditional writes: made again while another transaction is on the item, refused when the condition does not hold.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::keys::Key;
use crate::rows::Item;
use crate::{Error, Table};

/// How often a write is tried that meets a transaction on the same item, or a read that DynamoDB answers in parts.
pub(crate) const TRIES: u32 = 6;

/// How a conditional write ended.
pub(crate) enum Written {
    /// It is written.
    Yes,
    /// Its condition does not hold; the item as it is, where DynamoDB handed it over.
    Refused(Option<Item>),
}

/// How a transaction ended.
pub(crate) enum Transacted {
    /// All of it is written.
    Yes,
    /// The condition of the item at this place in it does not hold, those before it do; the item as it is, where DynamoDB handed it over.
    Refused {
        /// The place, from 0.
        place: usize,
        /// The item.
        item: Option<Item>,
    },
}

/// How a conditional update ended.
pub(crate) enum Changed {
    /// It is written; what DynamoDB was asked to hand over.
    Yes(Item),
    /// Its condition does not hold; the item as it is, where DynamoDB handed it over.
    Refused(Option<Item>),
}

/// Why DynamoDB refused a write, where it is one of the two reasons that are part of the game.
enum Refusal {
    /// A condition does not hold: of a transaction, that of the item at this place.
    Condition(usize, Option<Item>),
    /// Another transaction is on one of the items.
    Busy,
}

impl Table {
    /// Writes all items or none. `what` is the item it is about.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>, what: &Key) -> Result<Written, Error> {
        Ok(match self.transact_at(items, what).await? {
            Transacted::Yes => Written::Yes,
            Transacted::Refused { item, .. } => Written::Refused(item),
        })
    }

    /// The same, for who wants to know which of the conditions does not hold.
    pub(crate) async fn transact_at(&self, items: Vec<TransactWriteItem>, what: &Key) -> Result<Transacted, Error> {
        for round in 0..TRIES {
            let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            match request.send().await {
                Ok(_) => return Ok(Transacted::Yes),
                Err(error) => match transaction_refusal(&error) {
                    Some(Refusal::Condition(place, item)) => return Ok(Transacted::Refused { place, item }),
                    Some(Refusal::Busy) => pause(round).await,
                    None => return Err(Error::dynamo("TransactWriteItems", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), tries: TRIES })
    }

    /// Writes one item by itself: half the price of a transaction.
    pub(crate) async fn put(&self, put: Put, what: &Key) -> Result<Written, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_values(put.expression_attribute_values)
            .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure);
        for round in 0..TRIES {
            match request.clone().send().await {
                Ok(_) => return Ok(Written::Yes),
                Err(error) => match put_refusal(&error) {
                    Some(Refusal::Condition(_, item)) => return Ok(Written::Refused(item)),
                    Some(Refusal::Busy) => pause(round).await,
                    None => return Err(Error::dynamo("PutItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), tries: TRIES })
    }

    /// Changes one item by itself.
    pub(crate) async fn update(&self, request: UpdateItemFluentBuilder, what: &Key) -> Result<Changed, Error> {
        for round in 0..TRIES {
            match request.clone().send().await {
                Ok(answer) => return Ok(Changed::Yes(answer.attributes.unwrap_or_default())),
                Err(error) => match update_refusal(&error) {
                    Some(Refusal::Condition(_, item)) => return Ok(Changed::Refused(item)),
                    Some(Refusal::Busy) => pause(round).await,
                    None => return Err(Error::dynamo("UpdateItem", error)),
                },
            }
        }
        Err(Error::Contended { what: what.to_string(), tries: TRIES })
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

fn put_refusal<R>(error: &SdkError<PutItemError, R>) -> Option<Refusal> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => {
            Some(Refusal::Condition(0, handed_over(failed.item())))
        }
        _ if is_transaction_conflict(error) => Some(Refusal::Busy),
        _ => None,
    }
}

fn update_refusal<R>(error: &SdkError<UpdateItemError, R>) -> Option<Refusal> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(failed) => {
            Some(Refusal::Condition(0, handed_over(failed.item())))
        }
        _ if is_transaction_conflict(error) => Some(Refusal::Busy),
        _ => None,
    }
}

fn transaction_refusal<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Refusal> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.as_service_error()? else {
        return None;
    };
    let mut busy = false;
    for (place, reason) in cancelled.cancellation_reasons().iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => return Some(Refusal::Condition(place, handed_over(reason.item()))),
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => busy = true,
            _ => {}
        }
    }
    busy.then_some(Refusal::Busy)
}

fn handed_over(item: Option<&Item>) -> Option<Item> {
    item.filter(|item| !item.is_empty()).cloned()
}
