//! The invoice headers. An invoice's lines are items of their own, in revisions.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::billing::{Invoice, Period};
use domain::{AccountId, InvoiceUuid};

use crate::item::{put_key, text, to_item};
use crate::writes::CommitOutcome;
use crate::{Error, Table, keys};

/// An invoice header to write, computed from the header at the version `before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWrite {
    /// The version that the write was computed from; `None` if the invoice is new.
    pub before: Option<u64>,
    /// The new header, including its new version.
    pub invoice: Invoice,
}

/// The outcome of writing an invoice header.
pub type InvoiceCommitOutcome = CommitOutcome<Invoice>;

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
        self.record("invoice", &keys::invoice(account, period, uuid)).await
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
        Ok(self.query_records::<Invoice>("invoice", query).await?.pop())
    }

    /// Reads all invoices of an account, the newest month first, of which there is about one per
    /// month.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn invoices(&self, account: &AccountId) -> Result<Vec<Invoice>, Error> {
        let query = self.query(None, &keys::invoice_partition(account), "").scan_index_forward(false);
        self.query_records("invoice", query).await
    }

    /// Reads an account's invoices of one month, strongly consistent and including the preview.
    /// Usually there is one.
    ///
    /// # Errors
    /// Fails when the table cannot be read; a partial list is never returned.
    pub async fn invoices_in(&self, account: &AccountId, period: Period) -> Result<Vec<Invoice>, Error> {
        let query = self.query(None, &keys::invoice_partition(account), &keys::invoice_month(period));
        self.query_records::<Invoice>("invoice", query.consistent_read(true)).await
    }

    /// Writes an invoice header if the stored version is still the one that the write was computed
    /// from. The lines are changed only by [`Table::publish_revision`].
    ///
    /// # Errors
    /// Fails when the table cannot be written. Reading the invoice again and repeating the decision
    /// is safe.
    pub async fn commit_invoice(&self, write: &InvoiceWrite) -> Result<InvoiceCommitOutcome, Error> {
        self.commit_invoice_with(write, Vec::new()).await
    }

    /// Writes an invoice header as [`Table::commit_invoice`] does, with the other items in the same
    /// transaction.
    pub(super) async fn commit_invoice_with(
        &self,
        write: &InvoiceWrite,
        others: Vec<TransactWriteItem>,
    ) -> Result<InvoiceCommitOutcome, Error> {
        let Invoice { account, period, uuid, .. } = &write.invoice;
        let key = keys::invoice(account, *period, uuid);
        let mut item = to_item("invoice", &write.invoice, &key)?;
        put_key(&mut item, [keys::GSI1_PK, keys::GSI1_SK], &keys::invoice_gsi1(account, *period, uuid));
        self.commit("invoice", &write.invoice, &key, self.put_at(item, write.before)?, others).await
    }
}
