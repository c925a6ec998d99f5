//! Resources: what a sweep knows of them, and the one way they are written.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use chrono::{DateTime, Utc};
use domain::{
    AccountId, Attribution, Kind, Money, Parent, ProjectId, ProviderId, Resource, ResourceEvent, ResourceKey, Strikes,
    TenantId,
};
use serde::Deserialize;

use crate::item::{ItemMap, attribute, from_item, number, put_key, text, text_of, to_item};
use crate::keys::{self, Key};
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

/// What a sweep knows of a live resource before it looks: the small entry of the index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct IndexedResource {
    /// The digest of its facts.
    pub fingerprint: String,
    /// The version of its row.
    pub version: u64,
    /// Which bearer of the id.
    pub incarnation: u32,
    /// Complete sweeps in a row that missed it.
    #[serde(default)]
    pub strikes: Option<Strikes>,
    /// When it was last known to be there, as of its last write.
    pub last_seen_at: DateTime<Utc>,
    /// The project it is in, where one is known.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// How it came to be in that project.
    #[serde(default)]
    pub attribution: Option<Attribution>,
    /// What it belongs with.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// Its list price for a month.
    #[serde(default)]
    pub price_monthly: Option<Money>,
    /// The tenant that an operator said it belongs to, whatever its project.
    #[serde(default)]
    pub claimed_tenant: Option<TenantId>,
}

/// A row to write and the events that say why, decided on the row's version before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceWrite {
    /// The version it was decided on; `None` where there was no row.
    pub before: Option<u64>,
    /// The row.
    pub row: Resource,
    /// What happened; empty where nothing did that a person would ask about.
    pub events: Vec<ResourceEvent>,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceCommitOutcome {
    /// It is written, now or by an earlier try whose answer was lost.
    Written,
    /// The row is not as it was when the write was decided; here it is as it is.
    Conflict(Option<Box<Resource>>),
}

impl Table {
    /// What is known of the live resources of a kind, from the index: it may lag behind by moments, which the writes' conditions catch.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
    pub async fn indexed_resources(
        &self,
        account: &AccountId,
        kind: &Kind,
    ) -> Result<BTreeMap<ProviderId, IndexedResource>, Error> {
        let partition = keys::kind_partition(account, kind);
        let read = |entry: ItemMap| {
            let id = text_of(&entry, keys::GSI2_SK).and_then(|id| ProviderId::new(id).ok());
            id.map(|id| Ok((id, from_item("known resource", entry)?))).transpose()
        };
        let entries = self.query_all_as(self.query(Some(keys::GSI2), &partition, ""), read).await?;
        Ok(entries.into_iter().flatten().collect())
    }

    /// One resource, tombstone or not.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, Error> {
        self.get(&keys::resource(key), true).await?.map(|item| from_item("resource", item)).transpose()
    }

    /// Those of these resources that have a row, tombstone or not.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
    pub async fn resources(&self, wanted: &[ResourceKey]) -> Result<Vec<Resource>, Error> {
        let keys: Vec<Key> = wanted.iter().map(keys::resource).collect();
        self.get_items_as(&keys, |item| from_item("resource", item)).await
    }

    /// Writes a row and its events: all of it or nothing, and only on the row it was decided on.
    ///
    /// # Errors
    /// When the table cannot be written. Whether it was is then unknown; deciding again from the row as it is makes it right.
    pub async fn commit_resource(&self, write: &ResourceWrite) -> Result<ResourceCommitOutcome, Error> {
        let row = self.resource_put(write)?;
        let key = keys::resource(&write.row.key);
        if write.events.is_empty() {
            return match self.put(row.build()?, &key).await? {
                ConditionalWrite::Applied => Ok(ResourceCommitOutcome::Written),
                ConditionalWrite::ConditionFailed(item) => self.conflict(item, write).await,
            };
        }
        let mut items = vec![TransactWriteItem::builder().put(row.build()?).build()];
        for event in &write.events {
            items.push(TransactWriteItem::builder().put(self.event_put(event)?).build());
        }
        match self.transact(items, &key).await? {
            ConditionalWrite::Applied => Ok(ResourceCommitOutcome::Written),
            ConditionalWrite::ConditionFailed(item) => self.conflict(item, write).await,
        }
    }

    /// Tells a lost answer (the row is just what we wrote) from somebody else's write.
    async fn conflict(&self, item: Option<ItemMap>, write: &ResourceWrite) -> Result<ResourceCommitOutcome, Error> {
        let current = match item {
            Some(item) => Some(from_item("resource", item)?),
            None => self.resource(&write.row.key).await?,
        };
        Ok(match current {
            Some(current) if current == write.row => ResourceCommitOutcome::Written,
            other => ResourceCommitOutcome::Conflict(other.map(Box::new)),
        })
    }

    pub(crate) fn resource_put(&self, write: &ResourceWrite) -> Result<PutBuilder, Error> {
        let row = &write.row;
        let key = keys::resource(&row.key);
        let mut item = to_item("resource", row, &key)?;
        if let Some(project) = &row.project_id {
            put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::resource_gsi1(&row.key, project));
        }
        // Tombstones leave the sweep's index: what is known must not grow with what once was.
        if row.is_live() {
            put_key(&mut item, [keys::GSI2_PK, keys::GSI2_SK], &key);
            if let Some(parent) = &row.facts.parent {
                item.insert(keys::PARENT.to_owned(), attribute("parent", parent)?);
            }
            if let Some(price) = &row.facts.price_monthly {
                item.insert(keys::PRICE_MONTHLY.to_owned(), attribute("price", price)?);
            }
            if let Some(tenant) = row.claimed_tenant() {
                item.insert(keys::CLAIMED_TENANT.to_owned(), text(tenant.as_str()));
            }
        }
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(match write.before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
            }
        })
    }
}
