//! The events of resources. They are written together with the change that they explain and never
//! change afterwards.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{ResourceEvent, ResourceKey};

use crate::item::{from_item, number, put_key, text, to_item};
use crate::writes::part;
use crate::{Error, Table, keys};

impl Table {
    pub(crate) fn event_put(&self, event: &ResourceEvent) -> Result<TransactWriteItem, Error> {
        let mut item = to_item("resource event", event, &keys::event(&event.key, event.version))?;
        let feed = keys::event_gsi1(&event.key, event.at, event.version);
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &feed);
        item.insert(keys::TTL.to_owned(), number((event.at + self.event_retention).timestamp()));
        Ok(part(self.put_at(item, None)?))
    }

    /// Reads events of one resource, newest first: at most `limit`, with versions below `before`
    /// (all if `None`). The flag says whether more may follow. DynamoDB ends a response at 1 MB, so
    /// more may follow even after fewer than `limit` events.
    pub(crate) async fn events(
        &self,
        key: &ResourceKey,
        before: Option<u64>,
        limit: i32,
    ) -> Result<(Vec<ResourceEvent>, bool), Error> {
        let partition = keys::event_partition(key);
        let start = before.map(|version| {
            let key = keys::event(key, version);
            HashMap::from([(keys::PK.to_owned(), text(key.pk)), (keys::SK.to_owned(), text(key.sk))])
        });
        let answer = self
            .query(None, &partition, "EVENT#")
            .scan_index_forward(false)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let found = answer.items.unwrap_or_default().into_iter().map(|item| from_item("resource event", item));
        Ok((found.collect::<Result<_, _>>()?, more))
    }
}
