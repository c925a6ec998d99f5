//! The reads of sagas on behalf of a caller: lists, newest first, single sagas, and their ledgers.

use std::collections::BTreeMap;

use domain::{Scope, TenantId};
use sagas::record::{LedgerEntry, SagaId, SagaRecord, SagaStatus};
use serde::{Deserialize, Serialize};

use super::items::{ledger_entry_of, record_of};
use crate::item::{text, text_of};
use crate::{Error, Reader, keys};

/// The maximum number of reads for one page. A filter that few sagas match ends the page early,
/// with a position to continue from.
const READS_PER_PAGE: usize = 20;
/// The number of index entries read at a time when a filter may skip most of them: as many as their
/// records can be read with one `BatchGetItem`.
const READ_SIZE: usize = 100;

/// A selection of sagas. A field that is `None` does not restrict it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SagaFilter {
    /// Only sagas in this status.
    pub status: Option<SagaStatus>,
    /// Only sagas of this type, such as a template's name.
    pub saga_type: Option<String>,
    /// Only sagas that were started for this tenant.
    pub tenant: Option<TenantId>,
}

/// The position at which a page of sagas ended: all newer sagas were on that page or before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaPosition {
    /// The sort key of the page's last saga, as of [`keys::saga_sort_key`].
    pub sort_key: String,
}

/// A page of sagas, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaPage {
    /// The records, read strongly consistent.
    pub sagas: Vec<SagaRecord>,
    /// The position of the next page; `None` at the end.
    pub next: Option<SagaPosition>,
}

/// A page of a saga's ledger, oldest entry first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// The entries, in the order of their numbers.
    pub entries: Vec<LedgerEntry>,
    /// The number of the entry after which the next page begins; `None` at the end.
    pub next: Option<u64>,
}

impl SagaFilter {
    fn is_narrow(&self) -> bool {
        self.status.is_some() || self.saga_type.is_some()
    }

    fn matches(&self, record: &SagaRecord) -> bool {
        self.status.is_none_or(|status| record.status() == status)
            && self.saga_type.as_ref().is_none_or(|saga_type| record.metadata.saga_type == *saga_type)
    }
}

impl Reader {
    /// Reads a page of sagas: at most `limit`, possibly fewer although more pages follow. A tenant
    /// sees the sagas that were started for it.
    ///
    /// The list comes from an index and may lag a few moments behind; each saga on it is read
    /// strongly consistent from the table.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn sagas(
        &self,
        filter: &SagaFilter,
        from: Option<&SagaPosition>,
        limit: usize,
    ) -> Result<SagaPage, Error> {
        let tenant = match (self.scope(), &filter.tenant) {
            (Scope::Tenant(own), Some(requested)) if own != requested => {
                return Ok(SagaPage { sagas: Vec::new(), next: None });
            }
            (Scope::Tenant(own), _) => Some(own),
            (Scope::Platform, requested) => requested.as_ref(),
        };
        let mut sagas = Vec::new();
        let mut from = from.cloned();
        for _ in 0..READS_PER_PAGE {
            let size = if filter.is_narrow() { READ_SIZE } else { (limit - sagas.len()).min(READ_SIZE) };
            let (sort_keys, end) = self.sort_keys(tenant, from.as_ref(), size).await?;
            let records = self.records(&sort_keys).await?;
            for (sort_key, saga) in sort_keys {
                from = Some(SagaPosition { sort_key });
                let record = records.get(&saga).filter(|record| filter.matches(record) && is_of(record, tenant));
                sagas.extend(record.cloned());
                if sagas.len() == limit {
                    return Ok(SagaPage { sagas, next: from });
                }
            }
            if end {
                return Ok(SagaPage { sagas, next: None });
            }
        }
        Ok(SagaPage { sagas, next: from })
    }

    /// Returns the next sort keys of a list, newest first, with their sagas, and whether these are
    /// the last.
    async fn sort_keys(
        &self,
        tenant: Option<&TenantId>,
        from: Option<&SagaPosition>,
        size: usize,
    ) -> Result<(Vec<(String, SagaId)>, bool), Error> {
        let (index, partition, prefix, sort_key_name) = match tenant {
            Some(tenant) => (keys::GSI1, keys::tenant_partition(tenant), keys::TENANT_SAGA_PREFIX, keys::GSI1_SK),
            None => (keys::GSI2, keys::SAGAS.to_owned(), "", keys::GSI2_SK),
        };
        // Sort keys begin with digits; `~` sorts after them.
        let last = from.map_or("~", |from| from.sort_key.as_str());
        let answer = self
            .table()
            .query(Some(index), &partition, "")
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", sort_key_name)
            .expression_attribute_values(":first", text(format!("{prefix}0")))
            .expression_attribute_values(":last", text(format!("{prefix}{last}")))
            .scan_index_forward(false)
            // One entry more, since the one at the position itself is read again.
            .limit(i32::try_from(size + 1).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let end = answer.last_evaluated_key.is_none_or(|key| key.is_empty());
        let sort_keys = answer.items.unwrap_or_default().into_iter().filter_map(|item| {
            let sort_key = text_of(&item, sort_key_name)?.strip_prefix(prefix)?.to_owned();
            let saga = keys::parse_saga_sort_key(&sort_key)?;
            (sort_key != last).then_some((sort_key, saga))
        });
        Ok((sort_keys.collect(), end))
    }

    async fn records(&self, sort_keys: &[(String, SagaId)]) -> Result<BTreeMap<SagaId, SagaRecord>, Error> {
        let wanted: Vec<keys::Key> = sort_keys.iter().map(|(_, saga)| keys::saga_record(saga)).collect();
        let records = self.table().get_items_as(&wanted, record_of).await?;
        Ok(records.into_iter().map(|record| (record.metadata.id, record)).collect())
    }

    /// Reads one saga, if it exists and the caller may see it.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn saga(&self, saga: &SagaId) -> Result<Option<SagaRecord>, Error> {
        let record = self.table().saga(saga).await?;
        Ok(record.filter(|record| is_of(record, self.scope().tenant())))
    }

    /// Reads a page of the ledger of a saga, oldest entry first; `None` if the caller may not see
    /// the saga. `after` is the number of the previous page's last entry.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn saga_ledger(
        &self,
        saga: &SagaId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Option<LedgerPage>, Error> {
        if self.saga(saga).await?.is_none() {
            return Ok(None);
        }
        let first = keys::saga_ledger_entry(saga, after.unwrap_or(0).saturating_add(1));
        let answer = self
            .table()
            .query(None, &first.pk, "")
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", keys::SK)
            .expression_attribute_values(":first", text(first.sk))
            .expression_attribute_values(":last", text(format!("{}~", keys::LEDGER_PREFIX)))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|e| Error::dynamo("Query", e))?;
        let more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        let entries =
            answer.items.unwrap_or_default().into_iter().map(ledger_entry_of).collect::<Result<Vec<_>, _>>()?;
        let next = entries.last().filter(|_| more).map(|entry| entry.rev);
        Ok(Some(LedgerPage { entries, next }))
    }
}

/// Returns whether a saga was started for the tenant; true if no tenant is given.
fn is_of(record: &SagaRecord, tenant: Option<&TenantId>) -> bool {
    tenant.is_none_or(|tenant| record.metadata.tenant_id.as_ref() == Some(tenant))
}
