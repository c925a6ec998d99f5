//! The table and its basic reads: single items, batches of items, and whole partitions.

use std::ops::ControlFlow;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{KeysAndAttributes, TransactWriteItem};
use aws_sdk_dynamodb::{Client, Config};
use chrono::TimeDelta;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::item::{ItemMap, from_item, key_item, text};
use crate::keys::{self, Key};
use crate::retry::retry_on_conflict;

/// How long events are kept unless [`Table::keep_events_for`] sets another time.
const DEFAULT_EVENT_RETENTION: TimeDelta = TimeDelta::days(400);
/// How long a warm-up may delay a cold start.
const WARM_UP_TIMEOUT: Duration = Duration::from_secs(1);
/// DynamoDB's maximum number of keys in one `BatchGetItem`.
const BATCH_GET_LIMIT: usize = 100;

/// A handle on the DynamoDB table, which is cheap to clone.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) event_retention: TimeDelta,
    /// What stands in the transaction of each start and change of a saga: an audit entry.
    pub(crate) saga_audit: Option<TransactWriteItem>,
}

impl Table {
    /// Creates a handle on the table with this name. Events are kept for 400 days.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), event_retention: DEFAULT_EVENT_RETENTION, saga_audit: None }
    }

    /// Returns a handle that keeps the events it writes for this long instead of 400 days.
    #[must_use]
    pub fn keep_events_for(self, event_retention: TimeDelta) -> Self {
        Self { event_retention, ..self }
    }

    /// Opens the connection before the first event arrives, by reading a key that does not exist.
    /// The outcome does not matter, so there is one attempt with a short timeout.
    pub async fn warm_up(&self) {
        let once = Config::builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(WARM_UP_TIMEOUT).build());
        let request = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key_item(&keys::warm_up())))
            .customize()
            .config_override(once);
        if let Err(error) = request.send().await {
            tracing::debug!(code = error.code(), "warm-up request to the table failed");
        }
    }

    /// Reads the item at `key`, strongly consistent; `None` if there is none.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<ItemMap>, Error> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key_item(key))).consistent_read(true);
        Ok(request.send().await.map_err(|e| Error::dynamo("GetItem", e))?.item)
    }

    /// Reads the record at `key`, strongly consistent; `None` if there is none.
    pub(crate) async fn record<T: DeserializeOwned>(
        &self,
        record: &'static str,
        key: &Key,
    ) -> Result<Option<T>, Error> {
        self.get(key).await?.map(|item| from_item(record, item)).transpose()
    }

    /// Builds a query of one partition of the table, or of an index, by the prefix of the sort key
    /// (empty for all).
    pub(crate) fn query(&self, index: Option<&str>, pk: &str, sk_prefix: &str) -> QueryFluentBuilder {
        let [pk_name, sk_name] = key_names(index);
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(index.map(str::to_owned))
            .expression_attribute_names("#pk", pk_name)
            .expression_attribute_values(":pk", text(pk));
        if sk_prefix.is_empty() {
            query = query.key_condition_expression("#pk = :pk");
        } else {
            query = query
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
                .expression_attribute_names("#sk", sk_name)
                .expression_attribute_values(":sk", text(sk_prefix));
        }
        query
    }

    /// Returns all records that the query finds, from all pages, or an error; never a partial list.
    pub(crate) async fn query_records<T: DeserializeOwned>(
        &self,
        record: &'static str,
        query: QueryFluentBuilder,
    ) -> Result<Vec<T>, Error> {
        self.query_all_as(query, |item| from_item(record, item)).await
    }

    /// Runs the query as [`Table::query_records`] does and converts each item as soon as its page
    /// is read: an item of the SDK takes several times the memory of a record.
    pub(crate) async fn query_all_as<T>(
        &self,
        query: QueryFluentBuilder,
        mut read: impl FnMut(ItemMap) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut items = query.into_paginator().items().send();
        while let Some(item) = items.next().await {
            found.push(read(item.map_err(|e| Error::dynamo("Query", e))?)?);
        }
        Ok(found)
    }

    /// Reads items by key (`BatchGetItem`, strongly consistent). Missing keys are skipped; the
    /// order is undefined; either all are read or an error is returned.
    pub(crate) async fn get_items_as<T>(
        &self,
        wanted: &[Key],
        read: impl Fn(ItemMap) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(BATCH_GET_LIMIT) {
            // DynamoDB may answer in parts, of at most 16 MB.
            let pending: Vec<ItemMap> = chunk.iter().map(key_item).collect();
            let read = retry_on_conflict((pending, found), async |(pending, mut found)| {
                let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(pending)).build()?;
                let request = self.client.batch_get_item().request_items(&self.name, request);
                let answer = request.send().await.map_err(|e| Error::dynamo("BatchGetItem", e))?;
                for item in answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default() {
                    found.push(read(item)?);
                }
                let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
                Ok::<_, Error>(match unprocessed.map(|unprocessed| unprocessed.keys).unwrap_or_default() {
                    keys if keys.is_empty() => ControlFlow::Break(found),
                    keys => ControlFlow::Continue((keys, found)),
                })
            });
            found = read.await?.break_value().ok_or_else(|| Error::contended(&"a batch of items"))?;
        }
        Ok(found)
    }
}

/// Returns the key attributes of the table (no index) or of one of its indexes.
pub(crate) fn key_names(index: Option<&str>) -> [&'static str; 2] {
    index
        .and_then(|name| crate::schema::INDEXES.iter().find(|index| index.name == name))
        .map_or(crate::schema::TABLE_KEYS, |index| index.keys)
}
