//! The summary of an invoice: its total and the parts of it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{blank_text_as_none, exact_decimal, null_as_default, required_decimal};

/// The summary of an invoice. The model leaves out the customer's name, address and e-mail, which
/// DigitalOcean sends along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceSummary {
    /// UUID of the invoice.
    pub invoice_uuid: String,
    /// Invoice number as printed on the invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// Month that the invoice is for, as `YYYY-MM`.
    pub billing_period: String,
    /// Total amount in US dollars.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// Charges for usage, by product.
    #[serde(default, deserialize_with = "null_as_default")]
    pub product_charges: InvoiceCharges,
    /// Charges for usage beyond the included allowance.
    #[serde(default, deserialize_with = "null_as_default")]
    pub overages: InvoiceCharges,
    /// Taxes on the invoice.
    #[serde(default, deserialize_with = "null_as_default")]
    pub taxes: InvoiceCharges,
    /// Credits and adjustments, negative where they reduce the total.
    #[serde(default, deserialize_with = "null_as_default")]
    pub credits_and_adjustments: InvoiceCharges,
}

/// One part of an invoice's total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceCharges {
    /// Amount of this part in US dollars; `None` when DigitalOcean does not send it.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub amount: Option<Decimal>,
    /// Charges by product; only filled for the product charges.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<InvoiceProduct>,
}

/// The sum of the charges for one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceProduct {
    /// Name of the product, such as `Droplets`.
    pub name: String,
    /// Sum of the product's charges in US dollars.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// Number of charges for the product.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub count: Option<Decimal>,
}
