//! What accounts owed, moment by moment; kept for ever.

use aws_sdk_dynamodb::types::Put;
use chrono::TimeDelta;
use domain::AccountId;
use domain::billing::{BalanceSnapshot, Span};

use super::RecordPage;
use crate::item::{text, to_item};
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

impl Table {
    /// Keeps a balance. False where there is one of that moment, to the millisecond, already: that one stands.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_balance(&self, balance: &BalanceSnapshot) -> Result<bool, Error> {
        let key = keys::balance(&balance.account, balance.at);
        let item = to_item("balance", balance, &key)?;
        let put = Put::builder().table_name(&self.name).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").build()?;
        Ok(matches!(self.put(put, &key).await?, ConditionalWrite::Applied))
    }

    /// An account's last balance.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn latest_balance(&self, account: &AccountId) -> Result<Option<BalanceSnapshot>, Error> {
        let partition = keys::balance_partition(account);
        let query = self.query(None, &partition, "").consistent_read(true).scan_index_forward(false);
        Ok(self.read_page("balance", query, &partition, None, 1).await?.items.pop())
    }

    /// An account's balances of a stretch of time, oldest first: at most `limit` after the place `after`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn balances(
        &self,
        account: &AccountId,
        span: Span,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage<BalanceSnapshot>, Error> {
        // Keys count in milliseconds, and a BETWEEN includes both its ends.
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
