//! The heads of invoices.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};

use super::RecordPage;
use crate::item::{from_item, number, put_key, text, to_item};
use crate::keys::{self, Key};
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

/// The head of an invoice to write, decided on the version before (`None` where there was none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWrite {
    /// The version it was decided on.
    pub before: Option<u64>,
    /// The invoice.
    pub invoice: Invoice,
}

/// How the write of an invoice's head ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceCommitOutcome {
    /// It is written, now or by an earlier try whose answer was lost.
    Written,
    /// The invoice is not as it was when the write was decided; here it is as it is.
    Conflict(Option<Box<Invoice>>),
}

impl Table {
    /// One invoice.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn invoice(
        &self,
        account: &AccountId,
        period: Period,
        uuid: &InvoiceUuid,
    ) -> Result<Option<Invoice>, Error> {
        let item = self.get(&keys::invoice(account, period, uuid), true).await?;
        item.map(|item| from_item("invoice", item)).transpose()
    }

    /// The invoice of this id, of whatever month. All heads of the account are looked through: there is one a month.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_invoice(&self, account: &AccountId, uuid: &InvoiceUuid) -> Result<Option<Invoice>, Error> {
        let query = self
            .query(None, &keys::invoice_partition(account), "")
            .filter_expression("#uuid = :uuid")
            .expression_attribute_names("#uuid", "uuid")
            .expression_attribute_values(":uuid", text(uuid.as_str()))
            .consistent_read(true);
        Ok(self.query_all_as(query, |item| from_item("invoice", item)).await?.pop())
    }

    /// An account's invoices, the newest month first: at most `limit` after the place `after`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn invoices(
        &self,
        account: &AccountId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage<Invoice>, Error> {
        let partition = keys::invoice_partition(account);
        let query = self.query(None, &partition, "").scan_index_forward(false);
        self.read_page("invoice", query, &partition, after, limit).await
    }

    /// An account's invoices of one month as they are now, its preview among them: mostly one.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
    pub async fn invoices_in(&self, account: &AccountId, period: Period) -> Result<Vec<Invoice>, Error> {
        let query = self.query(None, &keys::invoice_partition(account), &keys::invoice_month(period));
        self.query_all_as(query.consistent_read(true), |item| from_item("invoice", item)).await
    }

    /// The invoices of a month, of all accounts, from the index: it may lag behind by moments.
    ///
    /// # Errors
    /// When the table cannot be read; never a part.
    pub async fn invoices_of(&self, period: Period) -> Result<Vec<Invoice>, Error> {
        let query = self.query(Some(keys::GSI1), &keys::period_partition(period), "");
        self.query_all_as(query, |item| from_item("invoice", item)).await
    }

    /// Writes the head of an invoice, only on the version it was decided on. Its lines are replaced by [`Table::publish_revision`] alone.
    ///
    /// # Errors
    /// When the table cannot be written; deciding again from the invoice as it is makes it right.
    pub async fn commit_invoice(&self, write: &InvoiceWrite) -> Result<InvoiceCommitOutcome, Error> {
        let Invoice { account, period, uuid, .. } = &write.invoice;
        let key = keys::invoice(account, *period, uuid);
        let current = match self.put(self.invoice_put(write, &key)?, &key).await? {
            ConditionalWrite::Applied => return Ok(InvoiceCommitOutcome::Written),
            ConditionalWrite::ConditionFailed(Some(item)) => Some(from_item("invoice", item)?),
            ConditionalWrite::ConditionFailed(None) => self.invoice(account, *period, uuid).await?,
        };
        Ok(match current {
            Some(current) if current == write.invoice => InvoiceCommitOutcome::Written,
            other => InvoiceCommitOutcome::Conflict(other.map(Box::new)),
        })
    }

    pub(super) fn invoice_put(&self, write: &InvoiceWrite, key: &Key) -> Result<Put, Error> {
        let Invoice { account, period, uuid, .. } = &write.invoice;
        let mut item = to_item("invoice", &write.invoice, key)?;
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::invoice_gsi1(account, *period, uuid));
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match write.before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
            }
        };
        Ok(put.build()?)
    }
}
