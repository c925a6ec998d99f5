//! Pages of the records of one partition, in the order of their sort keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use serde::de::DeserializeOwned;

use crate::item::{from_item, text, text_of};
use crate::{Error, Table, keys};

/// A page of records of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage<T> {
    /// The records, in the order of the query.
    pub items: Vec<T>,
    /// The sort key after which the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl Table {
    /// Runs the query on the partition `pk` from the sort key `after` on. Returns at most `limit`
    /// records, possibly fewer although more follow, because DynamoDB ends a response at 1 MB.
    pub(super) async fn read_page<T: DeserializeOwned>(
        &self,
        record: &'static str,
        query: QueryFluentBuilder,
        pk: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage<T>, Error> {
        let limit = limit.max(1);
        let start =
            after.map(|after| HashMap::from([(keys::PK.to_owned(), text(pk)), (keys::SK.to_owned(), text(after))]));
        let answer = query
            // One record more: its presence shows that another page follows.
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let cut_short = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let mut found = answer.items.unwrap_or_default();
        let more = cut_short || found.len() > limit;
        found.truncate(limit);
        let last = found.last().and_then(|item| text_of(item, keys::SK)).map(str::to_owned);
        let items = found.into_iter().map(|item| from_item(record, item)).collect::<Result<_, _>>()?;
        Ok(RecordPage { items, next: last.filter(|_| more) })
    }
}
