//! Invoices, and the preview of the running month's invoice.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Billing, SCOPE};
use crate::Error;
use crate::download::Download;
use crate::lenient_serde::{blank_text_as_none, required_decimal};
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};

static LIST: Operation = Operation::get("/v2/customers/my/invoices", SCOPE);
static CSV: Operation = Operation::get("/v2/customers/my/invoices/{}/csv", SCOPE);

impl Billing<'_> {
    /// Lists the invoices: `GET /v2/customers/my/invoices`, scope `billing:read`. The preview of
    /// the running month is not among them.
    pub fn invoices(&self) -> Pages<Invoice> {
        Pages::new(self.client, &LIST, &[], "invoices")
    }

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
        let page: PreviewPage = self.client.get_unwrapped(&LIST, &[], &[("per_page", "1".to_owned())]).await?;
        Ok(page.invoice_preview)
    }

    /// Downloads the invoice's lines as CSV, which may have many megabytes:
    /// `GET /v2/customers/my/invoices/{uuid}/csv`, scope `billing:read`. The CSV has no ids of
    /// resources. DigitalOcean does not document whether the preview has a CSV.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invoice; any [`Error`] of a call. A failure after
    /// the first bytes is returned by [`Download::chunk`].
    pub async fn invoice_csv(&self, uuid: &str) -> Result<Download, Error> {
        self.client.download(&CSV, &[uuid], "text/csv, application/json").await
    }
}

/// A page of the list of invoices, of which only the preview is used. The field `invoices` is
/// required: otherwise any other JSON object would pass for a page without a preview.
#[derive(Deserialize)]
struct PreviewPage {
    #[serde(rename = "invoices")]
    _invoices: IgnoredAny,
    #[serde(default)]
    invoice_preview: Option<InvoicePreview>,
}

/// An invoice, as the list of invoices shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// UUID of the invoice.
    pub invoice_uuid: String,
    /// Invoice number as printed on the invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// Total amount in US dollars.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// Month that the invoice is for, as `YYYY-MM`.
    pub invoice_period: String,
}

/// The preview of the running month's invoice. Its items and its summary are read with
/// [`PREVIEW`](super::PREVIEW) as the UUID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePreview {
    /// UUID of the preview. DigitalOcean does not document whether the month's invoice will have
    /// the same one.
    pub invoice_uuid: String,
    /// Total of the month so far, in US dollars.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// The running month, as `YYYY-MM`.
    pub invoice_period: String,
    /// Time of the last update, which DigitalOcean makes about once a day.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

impl ListItem for Invoice {
    type Key = String;

    fn key(&self) -> String {
        self.invoice_uuid.clone()
    }
}
