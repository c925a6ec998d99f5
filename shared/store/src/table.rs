//! The table and its basic reads: single items, batches of items, and whole partitions.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use aws_sdk_dynamodb::{Client, Config};
use chrono::TimeDelta;
use domain::Scope;

use crate::Error;
use crate::item::{ItemMap, text};
use crate::keys::{self, Key};
use crate::reader::Reader;
use crate::writes::{MAX_ATTEMPTS, pause};

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
}

impl Table {
    /// Creates a handle on the table with this name. Events are kept for 400 days.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), event_retention: crate::events::DEFAULT_RETENTION }
    }

    /// Returns a handle that keeps the events it writes for this long instead of 400 days.
    #[must_use]
    pub fn keep_events_for(self, event_retention: TimeDelta) -> Self {
        Self { event_retention, ..self }
    }

    /// Returns a reader that is confined to this scope.
    #[must_use]
    pub fn reader(&self, scope: Scope) -> Reader {
        Reader::new(self.clone(), scope)
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
            .key(keys::PK, text("WARM-UP"))
            .key(keys::SK, text("WARM-UP"))
            .customize()
            .config_override(once);
        if let Err(error) = request.send().await {
            tracing::debug!(code = error.code(), "warm-up request to the table failed");
        }
    }

    /// Reads the item at `key`; `None` if there is none.
    pub(crate) async fn get(&self, key: &Key, consistent: bool) -> Result<Option<ItemMap>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(keys::PK, text(&key.pk))
            .key(keys::SK, text(&key.sk))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(|e| Error::dynamo("GetItem", e))?;
        Ok(answer.item)
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

    /// Returns all items that the query finds, from all pages, or an error; never a partial list.
    pub(crate) async fn query_all(&self, query: QueryFluentBuilder) -> Result<Vec<ItemMap>, Error> {
        self.query_all_as(query, Ok).await
    }

    /// Runs the query as [`Table::query_all`] does and converts each item as soon as its page is
    /// read: an item of the SDK takes several times the memory of a record.
    pub(crate) async fn query_all_as<T>(
        &self,
        query: QueryFluentBuilder,
        mut read: impl FnMut(ItemMap) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let answer =
                query.clone().set_exclusive_start_key(start).send().await.map_err(|e| Error::dynamo("Query", e))?;
            for item in answer.items.unwrap_or_default() {
                found.push(read(item)?);
            }
            match answer.last_evaluated_key {
                Some(key) if !key.is_empty() => start = Some(key),
                _ => return Ok(found),
            }
        }
    }
}

impl Table {
    /// Reads items by key (`BatchGetItem`, strongly consistent). Missing keys are skipped; the
    /// order is undefined; either all are read or an error is returned.
    pub(crate) async fn get_items_as<T>(
        &self,
        wanted: &[Key],
        read: impl Fn(ItemMap) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(BATCH_GET_LIMIT) {
            let mut pending: Vec<ItemMap> = chunk.iter().map(key_item).collect();
            for attempt in 0u32.. {
                let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(pending)).build()?;
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.name, request)
                    .send()
                    .await
                    .map_err(|e| Error::dynamo("BatchGetItem", e))?;
                for item in answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default() {
                    found.push(read(item)?);
                }
                let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
                match unprocessed.map(|unprocessed| unprocessed.keys).filter(|keys| !keys.is_empty()) {
                    None => break,
                    Some(_) if attempt >= MAX_ATTEMPTS => {
                        return Err(Error::Contended { what: "a batch of items".to_owned(), attempts: attempt });
                    }
                    Some(keys) => pending = keys,
                }
                pause(attempt).await;
            }
        }
        Ok(found)
    }
}

fn key_item(key: &Key) -> ItemMap {
    ItemMap::from([(keys::PK.to_owned(), text(&key.pk)), (keys::SK.to_owned(), text(&key.sk))])
}

/// Returns the key attributes of the table (no index) or of one of its indexes.
pub(crate) fn key_names(index: Option<&str>) -> [&'static str; 2] {
    index
        .and_then(|name| crate::schema::INDEXES.iter().find(|index| index.name == name))
        .map_or(crate::schema::TABLE_KEYS, |index| index.keys)
}
