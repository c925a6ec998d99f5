//! The balances of the accounts over time. They are never deleted.

use chrono::TimeDelta;
use domain::AccountId;
use domain::billing::{BalanceSnapshot, Span};

use crate::item::{from_item, to_item};
use crate::range::{Range, records_page};
use crate::{Cursor, Error, Page, Table, keys};

impl Table {
    /// Writes a balance. Returns false if the account already has one for the same millisecond;
    /// that one is kept.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn put_balance(&self, balance: &BalanceSnapshot) -> Result<bool, Error> {
        let key = keys::balance(&balance.account, balance.at);
        let item = to_item("balance", balance, &key)?;
        Ok(self.put(self.put_at(item, None)?, &key).await?.is_applied())
    }

    /// Reads an account's latest balance, strongly consistent.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn latest_balance(&self, account: &AccountId) -> Result<Option<BalanceSnapshot>, Error> {
        let query = self.query(None, &keys::balance_partition(account), "").scan_index_forward(false).limit(1);
        let answer = query.consistent_read(true).send().await.map_err(|e| Error::dynamo("Query", e))?;
        let last = answer.items.unwrap_or_default().pop();
        last.map(|item| from_item("balance", item)).transpose()
    }

    /// Reads a page of the balances of some accounts in a time span: account by account, which must
    /// be sorted, the oldest first.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn balances(
        &self,
        accounts: &[AccountId],
        span: Span,
        from: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<BalanceSnapshot>, Error> {
        // Sort keys have a precision of one millisecond, and a range includes both ends: the last
        // millisecond before `until` excludes it.
        let times = [span.from, span.until - TimeDelta::milliseconds(1)].map(keys::time);
        let range = |partition| Range::between(None, partition, times.clone());
        let ranges: Vec<_> = accounts.iter().map(|account| range(keys::balance_partition(account))).collect();
        records_page(self, "balance", &ranges, from, limit).await
    }
}
