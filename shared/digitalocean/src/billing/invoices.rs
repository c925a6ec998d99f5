//! Invoices, and the preview of the running month's invoice.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{blank_text_as_none, required_decimal};
use crate::pages::list_item;

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

list_item!(Invoice by invoice_uuid: String);
