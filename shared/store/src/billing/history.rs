//! What was billed and paid, entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::Put;
use domain::billing::{HistoryEntry, Period};
use domain::{AccountId, InvoiceUuid};

use super::RecordPage;
use crate::item::{from_item, text, text_of, to_item};
use crate::keys::{self, Key};
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

impl Table {
    /// Keeps those entries of one page of `DigitalOcean`'s that are not there yet, and says how many those were.
    ///
    /// Entries that say the very same are told apart by their number on the page. Between pages they are not: an entry that new ones
    /// push from one page to the next while the pages are read is still the same.
    ///
    /// # Errors
    /// When the table cannot be read or written. What was written by then stays, and is not written again.
    pub async fn put_history(&self, page: &[HistoryEntry]) -> Result<usize, Error> {
        let mut written = 0;
        for entries in page.chunk_by(|one, next| one.account == next.account) {
            let there = self.existing_history(entries).await?;
            for (key, entry) in keyed(entries) {
                if there.contains(&key.sk) {
                    continue;
                }
                let item = to_item("history entry", entry, &key)?;
                let put = Put::builder().table_name(&self.name).set_item(Some(item));
                let put = put.condition_expression("attribute_not_exists(pk)").build()?;
                written += usize::from(matches!(self.put(put, &key).await?, ConditionalWrite::Applied));
            }
        }
        Ok(written)
    }

    /// The places of what is there of the time of these entries, which are of one account.
    async fn existing_history(&self, entries: &[HistoryEntry]) -> Result<BTreeSet<String>, Error> {
        let dates = entries.iter().map(|entry| entry.date);
        let (Some(entry), Some(first), Some(last)) = (entries.first(), dates.clone().min(), dates.max()) else {
            return Ok(BTreeSet::new());
        };
        let [first, last] = keys::history_sort_keys(first, last);
        let query = self
            .query(None, &keys::history_partition(&entry.account), "")
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#sk", keys::SK)
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .projection_expression("#pk, #sk")
            .consistent_read(true);
        let places = self.query_all_as(query, |item| Ok(text_of(&item, keys::SK).map(str::to_owned))).await?;
        Ok(places.into_iter().flatten().collect())
    }

    /// The entries that name an invoice, oldest first. None is older than the month that the invoice is for.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
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
        self.query_all_as(query, |item| from_item("history entry", item)).await
    }

    /// An account's entries, newest first: at most `limit` after the place `after`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn history(
        &self,
        account: &AccountId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage<HistoryEntry>, Error> {
        let partition = keys::history_partition(account);
        let query = self.query(None, &partition, "").scan_index_forward(false);
        self.read_page("history entry", query, &partition, after, limit).await
    }
}

/// The entries with their keys, those that say the very same numbered.
fn keyed(entries: &[HistoryEntry]) -> impl Iterator<Item = (Key, &HistoryEntry)> {
    let mut repetitions: BTreeMap<Key, u32> = BTreeMap::new();
    entries.iter().map(move |entry| {
        let repetition = repetitions.entry(keys::history(entry, 0)).or_default();
        let key = keys::history(entry, *repetition);
        *repetition += 1;
        (key, entry)
    })
}
