//! The billing history of an account: invoices and payments, entry by entry.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AccountId, InvoiceUuid, Money};

/// The type of an entry in DigitalOcean's words, such as `Invoice` or `Payment`. The set is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryType(pub String);

impl EntryType {
    /// Returns true if the entry belongs to an invoice.
    #[must_use]
    pub fn is_invoice(&self) -> bool {
        self.0 == "Invoice"
    }
}

/// One entry of an account's billing history.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/billingHistory_list>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The account that the entry belongs to.
    pub account: AccountId,
    /// The date of the entry, in UTC.
    pub date: DateTime<Utc>,
    /// The type of the entry.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// DigitalOcean's description of the entry.
    pub description: String,
    /// The amount; negative for payments and credits.
    pub amount: Money,
    /// The number printed on the invoice, if the entry belongs to an invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// The UUID of the invoice, if the entry belongs to an invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_uuid: Option<InvoiceUuid>,
}

impl HistoryEntry {
    /// Returns a digest of all fields. DigitalOcean gives entries no id, so the date and this
    /// digest identify an entry. `repetition` numbers, from 0, the entries that are equal in every
    /// field.
    #[must_use]
    pub fn digest(&self, repetition: u32) -> String {
        let date = self.date.to_rfc3339_opts(SecondsFormat::Secs, true);
        let amount = self.amount.amount.normalize().to_string();
        let uuid = self.invoice_uuid.as_ref().map_or("", InvoiceUuid::as_str);
        let id = self.invoice_id.as_deref().unwrap_or_default();
        let repetition = repetition.to_string();
        let mut hash = Sha256::new();
        for part in [date.as_str(), &self.entry_type.0, &amount, &self.description, uuid, id, &repetition] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hex::encode(&hash.finalize()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn payment(amount: i64, description: &str) -> HistoryEntry {
        HistoryEntry {
            account: AccountId::new("main").unwrap(),
            date: DateTime::UNIX_EPOCH,
            entry_type: EntryType("Payment".to_owned()),
            description: description.to_owned(),
            amount: Money::usd(Decimal::new(amount, 2)),
            invoice_id: None,
            invoice_uuid: None,
        }
    }

    #[test]
    fn entries_with_equal_fields_have_equal_digests() {
        let one = payment(-1234, "Payment (MC 2018)");
        assert_eq!(one.digest(0), payment(-1234, "Payment (MC 2018)").digest(0));
        assert_ne!(one.digest(0), one.digest(1));
        assert_ne!(one.digest(0), payment(-1235, "Payment (MC 2018)").digest(0));
        assert_ne!(one.digest(0), payment(-1234, "Payment (MC 2019)").digest(0));
        let invoice_id = Some("Payment".to_owned());
        assert_ne!(one.digest(0), HistoryEntry { invoice_id, ..one.clone() }.digest(0));
    }
}
