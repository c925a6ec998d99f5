//! The billing history: invoices, payments and credits.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{blank_text_as_none, null_as_default, required_decimal};
use crate::open_enum::open_enum;
use crate::pages::list_item;

/// An entry of the billing history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BillingHistoryEntry {
    /// Time of the entry.
    pub date: DateTime<Utc>,
    /// Type of the entry, such as an invoice or a payment.
    #[serde(rename = "type")]
    pub entry_type: BillingHistoryType,
    /// DigitalOcean's description of the entry, such as `Invoice for May 2018`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Amount in US dollars: positive for an invoice, negative for a payment.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// Invoice number as printed on the invoice; only on entries about an invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// UUID of the invoice; only on entries about an invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_uuid: Option<String>,
}

open_enum! {
    /// The type of an entry of the billing history.
    BillingHistoryType {
        /// A payment from a bank account that failed.
        AchFailure = "ACHFailure",
        /// A correction of an amount.
        Adjustment = "Adjustment",
        /// An attempt at a payment that failed.
        AttemptFailed = "AttemptFailed",
        /// A payment that the bank reversed.
        Chargeback = "Chargeback",
        /// Credit that was granted to the account.
        Credit = "Credit",
        /// Credit that expired before it was used.
        CreditExpiration = "CreditExpiration",
        /// An invoice, with a positive amount.
        Invoice = "Invoice",
        /// A payment, with a negative amount.
        Payment = "Payment",
        /// A payment that was refunded.
        Refund = "Refund",
        /// An entry that was reversed.
        Reversal = "Reversal",
    }
}

list_item!(BillingHistoryEntry without id);
