//! Invoices, and the running month's preview of one.

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
    /// `GET /v2/customers/my/invoices`, scope `billing:read`: every invoice, without the running month's preview.
    pub fn invoices(&self) -> Pages<Invoice> {
        Pages::new(self.client, &LIST, &[], "invoices")
    }

    /// `GET /v2/customers/my/invoices`, scope `billing:read`: the running month's preview, which DigitalOcean repeats on every page of
    /// the list of invoices. `None` when it has none.
    ///
    /// Who needs the list as well asks for the preview first: if the month is billed in between, its invoice is in both, and not in
    /// neither.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn invoice_preview(&self) -> Result<Option<InvoicePreview>, Error> {
        let page: PreviewPage = self.client.get_unwrapped(&LIST, &[], &[("per_page", "1".to_owned())]).await?;
        Ok(page.invoice_preview)
    }

    /// `GET /v2/customers/my/invoices/{uuid}/csv`, scope `billing:read`: the invoice's lines as a CSV, which may be many megabytes. It
    /// has no ids of resources. Whether the preview has a CSV is not documented.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invoice; any [`Error`] of a call. What breaks after the first bytes is told by
    /// [`Download::chunk`].
    pub async fn invoice_csv(&self, uuid: &str) -> Result<Download, Error> {
        self.client.download(&CSV, &[uuid], "text/csv, application/json").await
    }
}

/// The list must be there, else another JSON could pass for one without a preview.
#[derive(Deserialize)]
struct PreviewPage {
    #[serde(rename = "invoices")]
    _invoices: IgnoredAny,
    #[serde(default)]
    invoice_preview: Option<InvoicePreview>,
}

/// An invoice, as the list of them has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The invoice's UUID.
    pub invoice_uuid: String,
    /// The invoice's number, as on its face.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// The whole amount.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// The month billed, as `YYYY-MM`.
    pub invoice_period: String,
}

/// The running month's invoice so far; its items and its summary are those of [`PREVIEW`](super::PREVIEW).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePreview {
    /// The preview's UUID. Whether the month's invoice will have the same one is not documented.
    pub invoice_uuid: String,
    /// What the month comes to so far.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// The running month, as `YYYY-MM`.
    pub invoice_period: String,
    /// When DigitalOcean wrote it, about once a day.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

impl ListItem for Invoice {
    type Key = String;

    fn key(&self) -> String {
        self.invoice_uuid.clone()
    }
}
