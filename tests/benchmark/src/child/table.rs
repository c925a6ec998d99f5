//! The process of the embedded DynamoDB, and the size of what it stores.

use std::collections::HashMap;

use anyhow::Result;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::DateTime;
use domain::{AccountId, Kind, ProviderId, ResourceKey, RunId};
use embedded_table::{EmbeddedTable, TABLE_NAME};
use store::{keys, schema};

use super::host;
use crate::account::NAME;
use crate::measured::Size;

type Item = HashMap<String, AttributeValue>;

/// The bytes that DynamoDB adds to each item, in the table and in each index that has the item.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
const OVERHEAD: usize = 100;

/// Serves the table, and answers every command with its size.
pub(super) async fn run() -> Result<()> {
    let table = EmbeddedTable::start().await;
    let mut commands = host::announce(table.endpoint());
    while commands.next().await?.is_some() {
        println!("{}", serde_json::to_string(&size(&table).await?)?);
    }
    Ok(())
}

async fn size(table: &EmbeddedTable) -> Result<Size> {
    let prefixes = PartitionPrefixes::new()?;
    let mut size = Size::default();
    let mut start = None;
    loop {
        let page = table.client.scan().table_name(TABLE_NAME).set_exclusive_start_key(start).send().await?;
        for item in page.items() {
            prefixes.add(&mut size, item);
        }
        match page.last_evaluated_key {
            Some(key) if !key.is_empty() => start = Some(key),
            _ => return Ok(size),
        }
    }
}

/// The prefixes of the partition keys of the account's items.
struct PartitionPrefixes {
    rows: String,
    events: String,
    receipts: String,
}

impl PartitionPrefixes {
    fn new() -> Result<Self> {
        let (account, kind) = (AccountId::new(NAME)?, Kind::from_static("x"));
        let key =
            ResourceKey { account: account.clone(), kind: kind.clone(), provider_id: ProviderId::from_static("x") };
        let up_to_the_kind = |partition: &str| partition.split_inclusive('#').take(2).collect::<String>();
        Ok(Self {
            rows: up_to_the_kind(&keys::resource(&key).pk),
            events: up_to_the_kind(&keys::event(&key, 1).pk),
            receipts: up_to_the_kind(&keys::receipt(&account, &kind, DateTime::UNIX_EPOCH, &RunId::random()).pk),
        })
    }

    fn add(&self, size: &mut Size, item: &Item) {
        let bytes = with_indexes(item) as u64;
        let partition = item.get(keys::PK).and_then(|key| key.as_s().ok()).map_or("", String::as_str);
        size.items += 1;
        if partition.starts_with(&self.rows) {
            size.row_bytes += bytes;
        } else if partition.starts_with(&self.events) {
            size.event_bytes += bytes;
            size.events += 1;
        } else if partition.starts_with(&self.receipts) {
            size.receipt_bytes += bytes;
            size.receipts += 1;
        } else {
            size.other_bytes += bytes;
        }
    }
}

/// Returns the bytes of an item in the table and in every index that has it.
fn with_indexes(item: &Item) -> usize {
    let own: usize = item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum();
    let indexes = schema::INDEXES.iter().filter(|index| index.keys.iter().all(|key| item.contains_key(*key)));
    let projected = indexes.map(|index| {
        let has = |name: &str| index.keys.contains(&name) || schema::TABLE_KEYS.contains(&name);
        let projected = item
            .iter()
            .filter(|(name, _)| index.includes.is_none_or(|list| list.contains(&name.as_str())) || has(name));
        OVERHEAD + projected.map(|(name, value)| name.len() + value_bytes(value)).sum::<usize>()
    });
    OVERHEAD + own + projected.sum::<usize>()
}

/// Returns the bytes of a value by the rules of the page above: a list or a map takes three bytes,
/// and one for each entry.
fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // A byte holds two digits; one more byte is for the sign and the scale.
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_bytes(value)).sum::<usize>(),
        AttributeValue::M(values) => {
            3 + values.iter().map(|(name, value)| 1 + name.len() + value_bytes(value)).sum::<usize>()
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_counts_in_every_index_that_has_it() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut item = Item::from([("pk".to_owned(), text("KIND#a#b")), ("sk".to_owned(), text("1"))]);
        item.insert(
            "facts".to_owned(),
            AttributeValue::M(HashMap::from([("n".to_owned(), AttributeValue::N("123".to_owned()))])),
        );
        // pk 10, sk 3, facts 5 + 3 + 1 + 1 + 3
        assert_eq!(with_indexes(&item), 100 + 26);
        item.extend([("gsi2pk".to_owned(), text("KIND#a#b")), ("gsi2sk".to_owned(), text("1"))]);
        // The index repeats the keys, but not the attributes that it does not project.
        assert_eq!(with_indexes(&item), 100 + 26 + 14 + 7 + 100 + 13 + 14 + 7);
    }
}
