//! The invoice headers. An invoice's lines are items of their own, in revisions.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};

use super::RecordPage;
use crate::item::{from_item, number, put_key, text, to_item};
use crate::keys::{self, Key};
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

/// An invoice header to write, computed from the header at the version `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWrite {
    /// The version that the write was computed from; `None` if the invoice is new.
    pub before: Option<u64>,
    /// The new header, including its new version.
    pub invoice: Invoice,
}

/// The outcome of writing an invoice header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceCommitOutcome {
    /// The header is written, by this call or by an earlier attempt whose response was lost.
    Written,
    /// The header has changed since it was read; the current header, `None` if it was deleted.
    Conflict(Option<Box<Invoice>>),
}

impl Table {
    /// Reads one invoice header, strongly consistent.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn invoice(
        &self,
        account: &AccountId,
        period: Period,
        uuid: &InvoiceUuid,
    ) -> Result<Option<Invoice>, Error> {
        let item = self.get(&keys::invoice(account, period, uuid), true).await?;
        item.map(|item| from_item("invoice", item)).transpose()
    }

    /// Finds an invoice by its id in any month. The query reads all headers of the account, of
    /// which there is about one per month.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn find_invoice(&self, account: &AccountId, uuid: &InvoiceUuid) -> Result<Option<Invoice>, Error> {
        let query = self
            .query(None, &keys::invoice_partition(account), "")
            .filter_expression("#uuid = :uuid")
            .expression_attribute_names("#uuid", "uuid")
            .expression_attribute_values(":uuid", text(uuid.as_str()))
            .consistent_read(true);
        Ok(self.query_all_as(query, |item| from_item("invoice", item)).await?.pop())
    }

    /// Reads an account's invoices, the newest month first: at most `limit`, from the sort key
    /// `after` on.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
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

    /// Reads an account's invoices of one month, strongly consistent and including the preview.
    /// Usually there is one.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn invoices_in(&self, account: &AccountId, period: Period) -> Result<Vec<Invoice>, Error> {
        let query = self.query(None, &keys::invoice_partition(account), &keys::invoice_month(period));
        self.query_all_as(query.consistent_read(true), |item| from_item("invoice", item)).await
    }

    /// Reads the invoices of a month of all accounts. The index that they come from may lag a few
    /// moments behind.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn invoices_of(&self, period: Period) -> Result<Vec<Invoice>, Error> {
        let query = self.query(Some(keys::GSI1), &keys::period_partition(period), "");
        self.query_all_as(query, |item| from_item("invoice", item)).await
    }

    /// Writes an invoice header if the stored version is still the one that the write was computed
    /// from. The lines are changed only by [`Table::publish_revision`].
    ///
    /// # Errors
    /// Fails when the table cannot be written. Reading the invoice again and repeating the decision
    /// is safe.
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
