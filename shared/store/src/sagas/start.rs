//! The start of a saga: its record, its first entry, its key and its tenant's entry, all new, together.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use chrono::{DateTime, Utc};
use sagas::ports::StartResult;
use sagas::record::{Idempotency, SagaId, Start};
use serde::{Deserialize, Serialize};

use super::items::{ledger_entry_item, missing, record_item};
use crate::item::{ItemMap, from_item, number, put_key, text, to_item};
use crate::keys;
use crate::writes::ConditionalTransaction;
use crate::{AuditEntry, Error, Table};

/// A key that was used, as its item has it.
#[derive(Serialize, Deserialize)]
struct IdempotencyRecord {
    saga_id: SagaId,
    body_hash: String,
    /// As keys hold times, to be compared as text.
    expires_at: String,
}

impl Table {
    /// Starts a saga. A repeated start whose first answer was lost is as good as the first: the key, or without one the record, says whose it is.
    pub(super) async fn start_saga(&self, start: &Start, audit: Option<&AuditEntry>) -> Result<StartResult, Error> {
        let Start { record, entry, idempotency } = start;
        let saga = record.metadata.id;
        let mut items = Vec::new();
        if let Some(asked) = idempotency {
            items.push(self.key_put(asked, &saga, entry.at)?);
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
        items.extend(audit.map(|audit| self.audit_put(audit)).transpose()?);
        let key = keys::saga_record(&saga);
        match (self.transact_indexed(items, &key).await?, idempotency) {
            (ConditionalTransaction::Applied, _) => Ok(StartResult::New),
            (ConditionalTransaction::ConditionFailed { index: 0, item }, Some(asked)) => {
                self.started_by_key(asked, &saga, item).await
            }
            (ConditionalTransaction::ConditionFailed { .. }, _) => {
                let known = self.saga(&saga).await?.ok_or_else(|| missing(&key))?;
                let is_ours = known.metadata == record.metadata;
                if is_ours { Ok(StartResult::New) } else { Err(Error::Present { key: key.to_string() }) }
            }
        }
    }

    /// What a key was used for, if it was and has not expired; a consistent read.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_started(&self, asked: &Idempotency, now: DateTime<Utc>) -> Result<Option<StartResult>, Error> {
        let Some(item) = self.get(&keys::idempotency(&asked.scope, &asked.key), true).await? else { return Ok(None) };
        let used: IdempotencyRecord = from_item("idempotency key", item)?;
        let is_same = used.body_hash == asked.body_hash;
        let started = if is_same { StartResult::Same(used.saga_id) } else { StartResult::Conflict };
        Ok((used.expires_at > keys::time(now)).then_some(started))
    }

    /// The put of a key, if there is none or it has expired. DynamoDB drops what expired when it likes.
    fn key_put(&self, asked: &Idempotency, saga: &SagaId, now: DateTime<Utc>) -> Result<TransactWriteItem, Error> {
        let Idempotency { scope, key, body_hash, expires_at } = asked;
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

    /// What the key was used for.
    async fn started_by_key(
        &self,
        asked: &Idempotency,
        saga: &SagaId,
        item: Option<ItemMap>,
    ) -> Result<StartResult, Error> {
        let key = keys::idempotency(&asked.scope, &asked.key);
        let item = match item {
            Some(item) => item,
            None => self.get(&key, true).await?.ok_or_else(|| missing(&key))?,
        };
        let used: IdempotencyRecord = from_item("idempotency key", item)?;
        Ok(match used {
            IdempotencyRecord { saga_id, .. } if saga_id == *saga => StartResult::New,
            IdempotencyRecord { saga_id, body_hash, .. } if body_hash == asked.body_hash => StartResult::Same(saga_id),
            IdempotencyRecord { .. } => StartResult::Conflict,
        })
    }
}
