//! What an invoice adds up to.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Billing, SCOPE};
use crate::Error;
use crate::lenient_serde::{blank_text_as_none, exact_decimal, null_as_default, required_decimal};
use crate::operation::Operation;

static GET: Operation = Operation::get("/v2/customers/my/invoices/{}/summary", SCOPE);

impl Billing<'_> {
    /// `GET /v2/customers/my/invoices/{uuid}/summary`, scope `billing:read`: of an invoice, or of the [`PREVIEW`](super::PREVIEW).
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such invoice; any [`Error`] of a call.
    pub async fn invoice_summary(&self, uuid: &str) -> Result<InvoiceSummary, Error> {
        self.client.get_unwrapped(&GET, &[uuid], &[]).await
    }
}

/// What an invoice adds up to. The customer's name, address and email, which come with it, are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSummary {
    /// The invoice's UUID.
    pub invoice_uuid: String,
    /// The invoice's number, as on its face.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// The month billed, as `YYYY-MM`.
    pub billing_period: String,
    /// The whole amount.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// What was used.
    #[serde(default, deserialize_with = "null_as_default")]
    pub product_charges: InvoiceCharges,
    /// What was used beyond what was included.
    #[serde(default, deserialize_with = "null_as_default")]
    pub overages: InvoiceCharges,
    /// Taxes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub taxes: InvoiceCharges,
    /// Credits and adjustments.
    #[serde(default, deserialize_with = "null_as_default")]
    pub credits_and_adjustments: InvoiceCharges,
}

/// One part of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCharges {
    /// Its amount; `None` when DigitalOcean does not tell.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub amount: Option<Decimal>,
    /// What it is made of, product by product. Only of what was used.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<InvoiceProduct>,
}

/// All charges for one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceProduct {
    /// The product, such as `Droplets`.
    pub name: String,
    /// Their sum.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// How many there are.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub count: Option<Decimal>,
}
