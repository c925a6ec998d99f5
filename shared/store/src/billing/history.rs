//! The billing history of the accounts: invoices, payments and credits, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid};

use crate::item::{text, text_of, to_item};
use crate::keys::{self, Key};
use crate::range::{Range, records_page};
use crate::{Cursor, Error, Page, Table};

impl Table {
    /// Writes the entries of one page of `DigitalOcean`'s billing history that are not stored yet,
    /// and returns the number of new entries.
    ///
    /// Identical entries on one page are distinguished by their number on that page. Identical
    /// entries on different pages count as the same entry: new entries may push an entry to the
    /// next page while the pages are being read.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written. Entries that were written before the failure
    /// stay, and a repeated call skips them.
    pub async fn put_history(&self, page: &[HistoryEntry]) -> Result<usize, Error> {
        let mut written = 0;
        for entries in page.chunk_by(|one, next| one.account == next.account) {
            let existing = self.existing_history(entries).await?;
            for (key, entry) in keyed(entries) {
                if existing.contains(&key.sk) {
                    continue;
                }
                let item = to_item("history entry", entry, &key)?;
                written += usize::from(self.put(self.put_at(item, None)?, &key).await?.is_applied());
            }
        }
        Ok(written)
    }

    /// Returns the sort keys of the stored entries between the first and the last date of
    /// `entries`, which must all be of one account.
    async fn existing_history(&self, entries: &[HistoryEntry]) -> Result<BTreeSet<String>, Error> {
        let dates = entries.iter().map(|entry| entry.date);
        let (Some(entry), Some(first), Some(last)) = (entries.first(), dates.clone().min(), dates.max()) else {
            return Ok(BTreeSet::new());
        };
        let query = Range::between(None, keys::history_partition(&entry.account), keys::history_sort_keys(first, last))
            .query(self)
            .projection_expression("#pk, #sk")
            .consistent_read(true);
        let sort_keys = self.query_all_as(query, |item| Ok(text_of(&item, keys::SK).map(str::to_owned))).await?;
        Ok(sort_keys.into_iter().flatten().collect())
    }

    /// Reads the entries that name an invoice, oldest first. The query starts at the invoice's
    /// month, since no entry is older than that.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn history_of(
        &self,
        account: &AccountId,
        period: Period,
        invoice: &InvoiceUuid,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let query = self
            .query(None, &keys::history_partition(account), "")
            .key_condition_expression("#pk = :pk AND #sk >= :first")
            .expression_attribute_names("#sk", keys::SK)
            .expression_attribute_values(":first", text(keys::time(period.start())))
            .filter_expression("invoice_uuid = :invoice")
            .expression_attribute_values(":invoice", text(invoice.as_str()))
            .consistent_read(true);
        self.query_records("history entry", query).await
    }

    /// Reads a page of the entries of some accounts: account by account, which must be sorted, the
    /// newest first.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn history(
        &self,
        accounts: &[AccountId],
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<HistoryEntry>, Error> {
        let range = |account| Range::prefixed(None, keys::history_partition(account), "").descending();
        let ranges: Vec<_> = accounts.iter().map(range).collect();
        records_page(self, "history entry", &ranges, from, limit).await
    }
}

/// Returns the entries with their keys; identical entries are numbered.
fn keyed(entries: &[HistoryEntry]) -> impl Iterator<Item = (Key, &HistoryEntry)> {
    let mut repetitions: BTreeMap<Key, u32> = BTreeMap::new();
    entries.iter().map(move |entry| {
        let repetition = repetitions.entry(keys::history(entry, 0)).or_default();
        let key = keys::history(entry, *repetition);
        *repetition += 1;
        (key, entry)
    })
}
