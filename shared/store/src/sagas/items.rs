//! The conversion of a saga's records into items and back.

use aws_sdk_dynamodb::types::TransactWriteItem;
use sagas::ports::PreImage;
use sagas::record::{LedgerEntry, SagaId, SagaMetadata, SagaRecord, SagaState, Scheduling};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::item::{ItemMap, from_item, put_key, to_item};
use crate::keys::{self, Key};
use crate::writes::part;
use crate::{Error, Table};

/// A saga record in the layout of its item: metadata and state are an attribute each, the
/// scheduling fields stand beside them.
#[derive(Serialize, Deserialize)]
struct SagaRecordItem {
    metadata: SagaMetadata,
    state: SagaState,
    #[serde(flatten)]
    scheduling: Scheduling,
}

/// Converts a record into an item, with its index entries.
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

/// Converts a ledger entry into an item. The detour through JSON turns the step numbers, which are
/// map keys, into text: DynamoDB's maps have text keys only.
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
        key: format!("of ledger entry {rev}"),
        record: RECORD,
        source: serde::de::Error::custom(source),
    })
}

impl Table {
    /// Returns the put of an item that must not exist yet.
    pub(super) fn put_new(&self, item: ItemMap) -> Result<TransactWriteItem, Error> {
        Ok(part(self.put_at(item, None)?))
    }

    /// Reads a saga's record, strongly consistent.
    pub(crate) async fn saga(&self, saga: &SagaId) -> Result<Option<SagaRecord>, Error> {
        self.get(&keys::saga_record(saga)).await?.map(record_of).transpose()
    }

    /// Returns the record that a rejected write returned, or reads it if the response did not
    /// contain it.
    pub(super) async fn current_saga(&self, saga: &SagaId, item: Option<ItemMap>) -> Result<Option<SagaRecord>, Error> {
        match item {
            Some(item) => record_of(item).map(Some),
            None => self.saga(saga).await,
        }
    }

    pub(super) async fn saga_pre_image(&self, saga: &SagaId, step: usize) -> Result<Option<PreImage>, Error> {
        self.record("pre-image", &keys::saga_pre_image(saga, step)).await
    }

    pub(super) async fn saga_ledger(&self, saga: &SagaId) -> Result<Vec<LedgerEntry>, Error> {
        let query = self.query(None, &keys::saga_partition(saga), keys::LEDGER_PREFIX).consistent_read(true);
        self.query_all_as(query, ledger_entry_of).await
    }
}

/// Returns the error for a missing item that other items refer to.
pub(super) fn missing(key: &Key) -> Error {
    Error::Missing { key: key.to_string() }
}
