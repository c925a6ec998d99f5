//! What is kept of a saga, as items and back.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use sagas::ports::PreImage;
use sagas::record::{LedgerEntry, SagaId, SagaMetadata, SagaRecord, SagaState, Scheduling};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::item::{ItemMap, from_item, put_key, to_item};
use crate::keys::{self, Key};
use crate::{Error, Table};

/// A record as its item has it.
#[derive(Serialize, Deserialize)]
struct SagaRecordItem {
    metadata: SagaMetadata,
    state: SagaState,
    #[serde(flatten)]
    scheduling: Scheduling,
}

/// A record as an item, with its entries in the indexes.
pub(super) fn record_item(record: &SagaRecord) -> Result<ItemMap, Error> {
    let SagaRecord { metadata, state, scheduling } = record.clone();
    let (saga, created_at, next_due) = (metadata.id, metadata.created_at, scheduling.next_due);
    let mut item = to_item("saga", &SagaRecordItem { metadata, state, scheduling }, &keys::saga_record(&saga))?;
    put_key(&mut item, [keys::GSI2_PK, keys::GSI2_SK], &keys::saga_gsi2(&saga, created_at));
    if let Some(next_due) = next_due {
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::saga_due_gsi1(&saga, next_due));
    }
    Ok(item)
}

pub(super) fn record_of(item: ItemMap) -> Result<SagaRecord, Error> {
    let SagaRecordItem { metadata, state, scheduling } = from_item("saga", item)?;
    Ok(SagaRecord { metadata, state, scheduling })
}

/// An entry as an item. Its steps are by number, which DynamoDB's maps are not, but JSON's are: as text.
pub(super) fn ledger_entry_item(saga: &SagaId, entry: &LedgerEntry) -> Result<ItemMap, Error> {
    const RECORD: &str = "ledger entry";
    let unwritable = |source| Error::Unwritable { record: RECORD, source: serde::ser::Error::custom(source) };
    let json: Value = serde_json::to_value(entry).map_err(|source: serde_json::Error| unwritable(source))?;
    to_item(RECORD, &json, &keys::saga_ledger_entry(saga, entry.rev))
}

pub(super) fn ledger_entry_of(item: ItemMap) -> Result<LedgerEntry, Error> {
    const RECORD: &str = "ledger entry";
    let json: Value = from_item(RECORD, item)?;
    let rev = json["rev"].to_string();
    serde_json::from_value(json).map_err(|source| Error::Malformed {
        key: format!("of entry {rev}"),
        record: RECORD,
        source: serde::de::Error::custom(source),
    })
}

impl Table {
    /// The put of an item that is not there yet.
    pub(super) fn put_new(&self, item: ItemMap) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The record of a saga; a consistent read.
    pub(crate) async fn saga(&self, saga: &SagaId) -> Result<Option<SagaRecord>, Error> {
        self.get(&keys::saga_record(saga), true).await?.map(record_of).transpose()
    }

    /// The record of a saga as a refused write handed it over, or read where it did not.
    pub(super) async fn current_saga(&self, saga: &SagaId, item: Option<ItemMap>) -> Result<Option<SagaRecord>, Error> {
        match item {
            Some(item) => record_of(item).map(Some),
            None => self.saga(saga).await,
        }
    }

    pub(super) async fn saga_pre_image(&self, saga: &SagaId, step: usize) -> Result<Option<PreImage>, Error> {
        let item = self.get(&keys::saga_pre_image(saga, step), true).await?;
        item.map(|item| from_item("pre-image", item)).transpose()
    }

    pub(super) async fn saga_ledger(&self, saga: &SagaId) -> Result<Vec<LedgerEntry>, Error> {
        let query = self.query(None, &keys::saga_partition(saga), keys::LEDGER_PREFIX).consistent_read(true);
        self.query_all_as(query, ledger_entry_of).await
    }
}

/// That an item is not there that others speak of.
pub(super) fn missing(key: &Key) -> Error {
    Error::Missing { key: key.to_string() }
}
