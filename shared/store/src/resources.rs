//! The resources: the index entries that sweeps compare with, and the conditional write of a
//! resource with its events.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Put;
use chrono::{DateTime, Utc};
use domain::{
    AccountId, Attribution, Kind, Money, Parent, ProjectId, ProviderId, Resource, ResourceEvent, ResourceKey, Strikes,
    TenantId,
};
use serde::Deserialize;

use crate::item::{ItemMap, attribute, from_item, put_key, text, text_of, to_item};
use crate::keys::{self, Key};
use crate::writes::CommitOutcome;
use crate::{Error, Table};

/// A live resource as its small entry in the index has it. A sweep compares this entry with
/// DigitalOcean's list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct IndexedResource {
    /// The digest of the resource's facts.
    pub fingerprint: String,
    /// The version of the resource's item.
    pub version: u64,
    /// The number of this incarnation: ids may be reused.
    pub incarnation: u32,
    /// The number of consecutive complete sweeps that did not find the resource.
    #[serde(default)]
    pub strikes: Option<Strikes>,
    /// The last time the resource was known to exist, as of its last write.
    pub last_seen_at: DateTime<Utc>,
    /// The project that the resource is in, if known.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// How the project was determined.
    #[serde(default)]
    pub attribution: Option<Attribution>,
    /// The resource that this one belongs to, such as a backup's droplet.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// The list price per month, if there is one.
    #[serde(default)]
    pub price_monthly: Option<Money>,
    /// The tenant that an operator assigned the resource to, independent of its project.
    #[serde(default)]
    pub claimed_tenant: Option<TenantId>,
}

/// A resource to write with the events that explain the change, computed from the resource at the
/// version `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceWrite {
    /// The version that the write was computed from; `None` if the resource is new.
    pub before: Option<u64>,
    /// The new state of the resource, including its new version.
    pub row: Resource,
    /// The events of the change; empty for changes that are not worth an event.
    pub events: Vec<ResourceEvent>,
}

/// The outcome of writing a resource.
pub type ResourceCommitOutcome = CommitOutcome<Resource>;

impl Table {
    /// Reads the index entries of the live resources of a kind. The index may lag a few moments
    /// behind; the conditions of the writes catch that.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn indexed_resources(
        &self,
        account: &AccountId,
        kind: &Kind,
    ) -> Result<BTreeMap<ProviderId, IndexedResource>, Error> {
        let partition = keys::kind_partition(account, kind);
        let read = |entry: ItemMap| {
            let id = text_of(&entry, keys::GSI2_SK).and_then(|id| ProviderId::new(id).ok());
            id.map(|id| Ok((id, from_item("resource in the index", entry)?))).transpose()
        };
        let entries = self.query_all_as(self.query(Some(keys::GSI2), &partition, ""), read).await?;
        Ok(entries.into_iter().flatten().collect())
    }

    /// Reads one resource, strongly consistent; it may be a tombstone.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, Error> {
        self.record("resource", &keys::resource(key)).await
    }

    /// Reads several resources, strongly consistent, including tombstones. Missing ones are
    /// skipped; the order is undefined.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn resources(&self, wanted: &[ResourceKey]) -> Result<Vec<Resource>, Error> {
        let keys: Vec<Key> = wanted.iter().map(keys::resource).collect();
        self.get_items_as(&keys, |item| from_item("resource", item)).await
    }

    /// Writes a resource and its events in one transaction, if the stored version is still the one
    /// that the write was computed from.
    ///
    /// # Errors
    /// Fails when the table cannot be written. The write may have been applied; reading the
    /// resource again and repeating the decision is safe.
    pub async fn commit_resource(&self, write: &ResourceWrite) -> Result<ResourceCommitOutcome, Error> {
        let events = write.events.iter().map(|event| self.event_put(event)).collect::<Result<_, _>>()?;
        let key = keys::resource(&write.row.key);
        self.commit("resource", &write.row, &key, self.resource_put(write)?, events).await
    }

    pub(crate) fn resource_put(&self, write: &ResourceWrite) -> Result<Put, Error> {
        let row = &write.row;
        let key = keys::resource(&row.key);
        let mut item = to_item("resource", row, &key)?;
        if let Some(project) = &row.project_id {
            put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::resource_gsi1(&row.key, project));
        }
        // Tombstones are not in the sweeps' index: the index must not grow with every resource that
        // ever existed.
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
        self.put_at(item, write.before)
    }
}
