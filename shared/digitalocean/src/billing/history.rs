//! What was billed and paid, entry by entry.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Billing, SCOPE, digest};
use crate::lenient_serde::{blank_text_as_none, null_as_default, required_decimal};
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};

static LIST: Operation = Operation::get("/v2/customers/my/billing_history", SCOPE);

impl Billing<'_> {
    /// `GET /v2/customers/my/billing_history`, scope `billing:read`: every invoice, payment, credit and refund since the account began.
    ///
    /// Entries have no id, so two that say the same (two payments of one amount in one second) both are in the list. DigitalOcean need
    /// not tell the total of this list; where it does not, a list of several pages is read until two readings agree.
    pub fn billing_history(&self) -> Pages<BillingHistoryEntry> {
        Pages::new(self.client, &LIST, &[], "billing_history")
    }
}

/// An entry of the billing history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BillingHistoryEntry {
    /// When it was.
    pub date: DateTime<Utc>,
    /// What it is.
    #[serde(rename = "type")]
    pub entry_type: BillingHistoryType,
    /// What it says, such as `Invoice for May 2018`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// How much: an invoice's is above zero, a payment's below.
    #[serde(deserialize_with = "required_decimal")]
    pub amount: Decimal,
    /// The invoice's number, as on its face. Only of an entry that is about an invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_id: Option<String>,
    /// The invoice's UUID. Only of an entry that is about an invoice.
    #[serde(default, deserialize_with = "blank_text_as_none")]
    pub invoice_uuid: Option<String>,
}

open_enum! {
    /// What an entry of the billing history is.
    BillingHistoryType {
        /// A payment from a bank account that failed.
        AchFailure = "ACHFailure",
        /// A correction.
        Adjustment = "Adjustment",
        /// An attempt at a payment that failed.
        AttemptFailed = "AttemptFailed",
        /// A payment that the bank took back.
        Chargeback = "Chargeback",
        /// Credit that was given.
        Credit = "Credit",
        /// Credit that was not used in time.
        CreditExpiration = "CreditExpiration",
        /// An invoice.
        Invoice = "Invoice",
        /// A payment.
        Payment = "Payment",
        /// A payment that was given back.
        Refund = "Refund",
        /// An entry that was undone.
        Reversal = "Reversal",
    }
}

impl ListItem for BillingHistoryEntry {
    const HAS_ID: bool = false;

    type Key = u64;

    fn key(&self) -> u64 {
        digest(self)
    }
}
