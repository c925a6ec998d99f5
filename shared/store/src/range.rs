//! A range of sort keys in one partition, read forwards or backwards.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::item::{ItemMap, from_item, text, text_of};
use crate::paging::{Cursor, Page, READS_PER_PAGE, Slice, read_page};
use crate::table::{Table, key_names};

/// A character before all others of sort keys, which are printable.
const FIRST: &str = " ";
/// A character after all others.
const LAST: char = char::MAX;

/// A range of sort keys in one partition of the table or of an index. In an index, too, a sort key
/// stands only once in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    index: Option<&'static str>,
    partition: String,
    /// The first and the last sort key, both inclusive.
    first: String,
    last: String,
    descending: bool,
}

impl Range {
    /// All sort keys with this prefix (empty for all), in ascending order.
    pub(crate) fn prefixed(index: Option<&'static str>, partition: String, prefix: &str) -> Self {
        let first = if prefix.is_empty() { FIRST } else { prefix };
        Self::between(index, partition, [first.to_owned(), format!("{prefix}{LAST}")])
    }

    /// The sort keys from the first to the last, both inclusive, in ascending order.
    pub(crate) fn between(index: Option<&'static str>, partition: String, [first, last]: [String; 2]) -> Self {
        Self { index, partition, first, last, descending: false }
    }

    /// The same sort keys in descending order.
    pub(crate) fn descending(self) -> Self {
        Self { descending: true, ..self }
    }

    /// Returns the query of the whole range.
    pub(crate) fn query(&self, table: &Table) -> QueryFluentBuilder {
        self.query_between(table, &self.first, &self.last)
    }

    fn query_between(&self, table: &Table, first: &str, last: &str) -> QueryFluentBuilder {
        table
            .query(self.index, &self.partition, "")
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", key_names(self.index)[1])
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(!self.descending)
    }

    /// Reads at most `wanted` items after the sort key `after`, with their sort keys, and tells
    /// whether they are the last. There may be fewer, since DynamoDB ends a response at 1 MB.
    pub(crate) async fn items_after(
        &self,
        table: &Table,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<(Vec<(String, ItemMap)>, bool), Error> {
        let [mut first, mut last] = [self.first.as_str(), self.last.as_str()];
        match after {
            Some(after) if self.descending => last = last.min(after),
            Some(after) => first = first.max(after),
            None => {}
        }
        if first > last {
            return Ok((Vec::new(), true));
        }
        // The item at `after` is read again, unless it is gone.
        let limit = i32::try_from(wanted + usize::from(after.is_some())).unwrap_or(i32::MAX);
        let request = self.query_between(table, first, last).limit(limit);
        let answer = request.send().await.map_err(|e| Error::dynamo("Query", e))?;
        let end = answer.last_evaluated_key.is_none_or(|key| key.is_empty());
        let [_, sort_key] = key_names(self.index);
        let items = answer.items.unwrap_or_default().into_iter().filter_map(|item| {
            let position = text_of(&item, sort_key)?.to_owned();
            (after != Some(position.as_str())).then_some((position, item))
        });
        Ok((items.collect(), end))
    }

    /// Reads items as [`Range::items_after`] does, and converts them.
    pub(crate) async fn slice<T>(
        &self,
        table: &Table,
        after: Option<&str>,
        wanted: usize,
        read: impl Fn(ItemMap) -> Result<T, Error>,
    ) -> Result<Slice<T>, Error> {
        let (items, end) = self.items_after(table, after, wanted).await?;
        let found = items
            .into_iter()
            .map(|(position, item)| Ok((position, Some(read(item)?))))
            .collect::<Result<_, Error>>()?;
        Ok(Slice { found, end })
    }

    /// Reads records as [`Range::items_after`] does.
    pub(crate) async fn records<T: DeserializeOwned>(
        &self,
        table: &Table,
        record: &'static str,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<Slice<T>, Error> {
        self.slice(table, after, wanted, |item| from_item(record, item)).await
    }
}

/// Reads a page of the records in these ranges, which must be sorted by their partitions.
pub(crate) async fn records_page<T: DeserializeOwned>(
    table: &Table,
    record: &'static str,
    ranges: &[Range],
    from: Option<&Cursor>,
    limit: usize,
) -> Result<Page<T>, Error> {
    let partitions = ranges.iter().map(|range| (range.partition.clone(), range));
    let partitions = partitions.filter(|(partition, _)| from.is_none_or(|from| *partition >= from.partition));
    let read = async |range: &Range, after: Option<String>, wanted| {
        range.records(table, record, after.as_deref(), wanted).await
    };
    read_page(partitions.collect(), from, limit, READS_PER_PAGE, read).await
}
