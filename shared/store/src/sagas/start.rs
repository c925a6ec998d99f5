//! The start of a saga: its record, first ledger entry, idempotency record and tenant entry are
//! created in one transaction.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use chrono::{DateTime, Utc};
use sagas::ports::StartResult;
use sagas::record::{Idempotency, SagaId, Start};
use serde::{Deserialize, Serialize};

use super::items::{ledger_entry_item, missing, record_item};
use crate::item::{ItemMap, from_item, number, put_key, text, to_item};
use crate::keys;
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

/// A used idempotency key, as its item has it.
#[derive(Serialize, Deserialize)]
struct IdempotencyRecord {
    saga_id: SagaId,
    body_hash: String,
    /// The expiry in the format of [`keys::time`], for comparison as text.
    expires_at: String,
}

impl Table {
    /// Starts a saga. A repeated start whose first response was lost succeeds like the first: the
    /// idempotency record, or without one the saga record, identifies the saga.
    pub(super) async fn start_saga(&self, start: &Start) -> Result<StartResult, Error> {
        let Start { record, entry, idempotency } = start;
        let saga = record.metadata.id;
        let mut items = Vec::new();
        if let Some(requested) = idempotency {
            items.push(self.idempotency_put(requested, &saga, entry.at)?);
        }
        items.push(self.put_new(record_item(record)?)?);
        items.push(self.put_new(ledger_entry_item(&saga, entry)?)?);
        if let Some(tenant) = &record.metadata.tenant_id {
            let mut pointer = ItemMap::new();
            put_key(&mut pointer, [keys::PK, keys::SK], &keys::saga_tenant(&saga));
            let listed = keys::saga_tenant_gsi1(tenant, &saga, record.metadata.created_at);
            put_key(&mut pointer, [keys::GSI1_PK, keys::GSI1_SK], &listed);
            items.push(self.put_new(pointer)?);
        }
        items.extend(self.saga_audit.clone());
        let key = keys::saga_record(&saga);
        match (self.transact(items, &key).await?, idempotency) {
            (ConditionalWrite::Applied(()), _) => Ok(StartResult::New),
            (ConditionalWrite::ConditionFailed { index: 0, item }, Some(requested)) => {
                self.started_by_key(requested, &saga, item).await
            }
            (ConditionalWrite::ConditionFailed { .. }, _) => {
                let known = self.saga(&saga).await?.ok_or_else(|| missing(&key))?;
                let is_same = known.metadata == record.metadata;
                if is_same { Ok(StartResult::New) } else { Err(Error::Present { key: key.to_string() }) }
            }
        }
    }

    /// Returns what an idempotency key was used for, if it was used and has not expired. The read
    /// is strongly consistent.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn find_started(
        &self,
        requested: &Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<StartResult>, Error> {
        let key = keys::idempotency(&requested.scope, &requested.key);
        let Some(used) = self.record::<IdempotencyRecord>("idempotency key", &key).await? else { return Ok(None) };
        let is_same = used.body_hash == requested.body_hash;
        let started = if is_same { StartResult::Same(used.saga_id) } else { StartResult::Conflict };
        Ok((used.expires_at > keys::time(now)).then_some(started))
    }

    /// Returns the put of an idempotency record, on condition that there is none or that it has
    /// expired: DynamoDB deletes expired items with a delay.
    fn idempotency_put(
        &self,
        requested: &Idempotency,
        saga: &SagaId,
        now: DateTime<Utc>,
    ) -> Result<TransactWriteItem, Error> {
        let Idempotency { scope, key, body_hash, expires_at } = requested;
        let used =
            IdempotencyRecord { saga_id: *saga, body_hash: body_hash.clone(), expires_at: keys::time(*expires_at) };
        let mut item = to_item("idempotency key", &used, &keys::idempotency(scope, key))?;
        item.insert(keys::TTL.to_owned(), number(expires_at.timestamp()));
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_values(":now", text(keys::time(now)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Returns the outcome of a start whose idempotency key is in use.
    async fn started_by_key(
        &self,
        requested: &Idempotency,
        saga: &SagaId,
        item: Option<ItemMap>,
    ) -> Result<StartResult, Error> {
        let key = keys::idempotency(&requested.scope, &requested.key);
        let item = match item {
            Some(item) => item,
            None => self.get(&key).await?.ok_or_else(|| missing(&key))?,
        };
        let used: IdempotencyRecord = from_item("idempotency key", item)?;
        Ok(match used {
            IdempotencyRecord { saga_id, .. } if saga_id == *saga => StartResult::New,
            IdempotencyRecord { saga_id, body_hash, .. } if body_hash == requested.body_hash => {
                StartResult::Same(saga_id)
            }
            IdempotencyRecord { .. } => StartResult::Conflict,
        })
    }
}
