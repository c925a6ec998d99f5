//! The balances of the accounts over time. They are never deleted.

use chrono::TimeDelta;
use domain::AccountId;
use domain::billing::{BalanceSnapshot, Span};

use super::RecordPage;
use crate::item::{text, to_item};
use crate::{Error, Table, keys};

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
        let partition = keys::balance_partition(account);
        let query = self.query(None, &partition, "").consistent_read(true).scan_index_forward(false);
        Ok(self.read_page("balance", query, &partition, None, 1).await?.items.pop())
    }

    /// Reads an account's balances of a time span, oldest first: at most `limit`, from the sort key
    /// `after` on.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn balances(
        &self,
        account: &AccountId,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage<BalanceSnapshot>, Error> {
        // Sort keys have a precision of one millisecond, and BETWEEN includes both ends: the last
        // millisecond before `until` excludes it.
        let until = span.until - TimeDelta::milliseconds(1);
        if until < span.from {
            return Ok(RecordPage { items: Vec::new(), next: None });
        }
        let partition = keys::balance_partition(account);
        let query = self
            .query(None, &partition, "")
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :until")
            .expression_attribute_names("#sk", keys::SK)
            .expression_attribute_values(":from", text(keys::time(span.from)))
            .expression_attribute_values(":until", text(keys::time(until)));
        self.read_page("balance", query, &partition, after, limit).await
    }
}
