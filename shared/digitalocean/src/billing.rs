//! The account's balance, billing history and invoices.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing>
//!
//! Amounts are exact, in US dollars, and negative for credits. Every call needs scope
//! `billing:read`. An invoice lists all resources of the account, including those that the token
//! may not read otherwise.

mod balance;
mod history;
mod invoices;
mod items;
mod summary;

use serde::Deserialize;
use serde::de::IgnoredAny;

pub use balance::Balance;
pub use history::{BillingHistoryEntry, BillingHistoryType};
pub use invoices::{Invoice, InvoicePreview};
pub use items::InvoiceItem;
pub use summary::{InvoiceCharges, InvoiceProduct, InvoiceSummary};

use crate::area::{area, request};
use crate::envelope::read_unwrapped;
use crate::{Download, Error};

/// Stands in place of an invoice's UUID for the preview of the running month, which DigitalOcean
/// rewrites every day.
pub const PREVIEW: &str = "preview";

area! {
    /// The API calls for the balance, the billing history and the invoices.
    billing: Billing;

    /// Reads the balance of the account.
    balance() -> Balance = GET "/v2/customers/my/balance", "billing:read";

    /// Lists every invoice, payment, credit and refund since the account was opened.
    ///
    /// Entries have no id, so two entries with equal fields (two payments of the same amount in the
    /// same second) are both returned. DigitalOcean may omit the total of this list; a list of
    /// several pages without a total is read until two passes agree.
    billing_history() -> [BillingHistoryEntry]
        = GET "/v2/customers/my/billing_history", "billing:read", "billing_history";

    /// Lists the invoices. The preview of the running month is not among them.
    invoices() -> [Invoice] = GET "/v2/customers/my/invoices", "billing:read", "invoices";

    /// Lists every line of an invoice, or of the [`PREVIEW`]. An invoice may have many lines;
    /// [`Pages::collect_all_as`](crate::Pages::collect_all_as) keeps only the needed part of each.
    ///
    /// Lines have no id and several may be equal, so a line that moved to the next page cannot be
    /// distinguished from another line. An invoice does not change. The preview changes once a day:
    /// a list of several pages is read again when its total changes meanwhile, and
    /// [`Pages::confirmed`](crate::Pages::confirmed) also detects a change that leaves the total as
    /// it was.
    invoice_items(uuid: &str) -> [InvoiceItem] = GET "/v2/customers/my/invoices/{uuid}", "billing:read", "invoice_items";

    /// Reads the summary of an invoice, or of the [`PREVIEW`].
    invoice_summary(uuid: &str) -> InvoiceSummary = GET "/v2/customers/my/invoices/{uuid}/summary", "billing:read";
}

impl Billing<'_> {
    /// Reads the preview of the running month's invoice, which DigitalOcean repeats on every page
    /// of the list of invoices: `GET /v2/customers/my/invoices`, scope `billing:read`. Returns
    /// `None` when there is none.
    ///
    /// A caller that needs the list as well should read the preview first. If the month is invoiced
    /// between the two calls, its invoice is then in both results instead of in neither.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn invoice_preview(&self) -> Result<Option<InvoicePreview>, Error> {
        let request = request!(self, GET, "/v2/customers/my/invoices?per_page=1", "billing:read",)?;
        let page = self.client.execute(&request, read_unwrapped::<PreviewPage>).await?;
        Ok(page.value.invoice_preview)
    }

    /// Downloads the invoice's lines as CSV, which may have many megabytes:
    /// `GET /v2/customers/my/invoices/{uuid}/csv`, scope `billing:read`. The CSV has no ids of
    /// resources. DigitalOcean does not document whether the preview has a CSV.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invoice; any [`Error`] of a call. A failure after
    /// the first bytes is returned by [`Download::chunk`].
    pub async fn invoice_csv(&self, uuid: &str) -> Result<Download, Error> {
        let request = request!(self, GET, "/v2/customers/my/invoices/{uuid}/csv", "billing:read", uuid)?;
        self.client.download(&request, "text/csv, application/json").await
    }
}

/// A page of the list of invoices, of which only the preview is used. The field `invoices` is
/// required: otherwise any other JSON object would pass for a page without a preview.
#[derive(Deserialize)]
struct PreviewPage {
    #[serde(rename = "invoices")]
    _invoices: IgnoredAny,
    invoice_preview: Option<InvoicePreview>,
}
