//! The reads of sagas on behalf of a caller: lists, newest first, single sagas, and their ledgers.

use std::collections::BTreeMap;

use domain::TenantId;
use sagas::record::{LedgerEntry, SagaId, SagaRecord, SagaStatus};
use serde::{Deserialize, Serialize};

use super::items::{ledger_entry_of, record_of};
use crate::paging::{LARGE_READS_PER_PAGE, READS_PER_PAGE, Slice, read_page};
use crate::range::Range;
use crate::{Cursor, Error, Page, Reader, keys};

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
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<SagaRecord>, Error> {
        let Some(tenant) = self.selected_tenant(filter.tenant.as_ref()) else { return Ok(Page::empty()) };
        let (index, partition, prefix) = match tenant {
            Some(tenant) => (keys::GSI1, keys::tenant_partition(tenant), keys::TENANT_SAGA_PREFIX),
            None => (keys::GSI2, keys::SAGAS.to_owned(), ""),
        };
        let range = Range::prefixed(Some(index), partition.clone(), prefix).descending();
        let read = async |range: &Range, after: Option<String>, wanted: usize| {
            let size = if filter.is_narrow() { READ_SIZE } else { wanted.min(READ_SIZE) };
            let (entries, end) = range.items_after(self.table(), after.as_deref(), size).await?;
            let saga = |position: &str| keys::parse_saga_sort_key(position.strip_prefix(prefix)?);
            let sagas: Vec<SagaId> = entries.iter().filter_map(|(position, _)| saga(position)).collect();
            let records = self.records(&sagas).await?;
            let found = entries.into_iter().map(|(position, _)| {
                let record = saga(&position).and_then(|saga| records.get(&saga));
                let record = record.filter(|record| filter.matches(record) && is_of(record, tenant));
                (position, record.cloned())
            });
            Ok(Slice { found: found.collect(), end })
        };
        read_page(vec![(partition, &range)], from, limit, LARGE_READS_PER_PAGE, read).await
    }

    async fn records(&self, sagas: &[SagaId]) -> Result<BTreeMap<SagaId, SagaRecord>, Error> {
        let wanted: Vec<keys::Key> = sagas.iter().map(keys::saga_record).collect();
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
    /// the saga.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn saga_ledger(
        &self,
        saga: &SagaId,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Option<Page<LedgerEntry>>, Error> {
        if self.saga(saga).await?.is_none() {
            return Ok(None);
        }
        let partition = keys::saga_partition(saga);
        let range = Range::prefixed(None, partition.clone(), keys::LEDGER_PREFIX);
        let read = async |range: &Range, after: Option<String>, wanted| {
            range.slice(self.table(), after.as_deref(), wanted, ledger_entry_of).await
        };
        Ok(Some(read_page(vec![(partition, &range)], from, limit, READS_PER_PAGE, read).await?))
    }
}

/// Returns whether a saga was started for the tenant; true if no tenant is given.
fn is_of(record: &SagaRecord, tenant: Option<&TenantId>) -> bool {
    tenant.is_none_or(|tenant| record.metadata.tenant_id.as_ref() == Some(tenant))
}
