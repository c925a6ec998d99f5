//! What was billed and paid, entry by entry.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AccountId, InvoiceUuid, Money};

/// The type of an entry in DigitalOcean's words, such as `Invoice` or `Payment`. The set is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryType(pub String);

impl EntryType {
    /// Whether the entry is an invoice's.
    #[must_use]
    pub fn is_invoice(&self) -> bool {
        self.0 == "Invoice"
    }
}

/// One entry of an account's billing history.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/billingHistory_list>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The account.
    pub account: AccountId,
    /// When it was.
    pub date: DateTime<Utc>,
    /// What sort of entry it is.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// What it says.
    pub description: String,
    /// How much: negative for payments and credits.
    pub amount: Money,
    /// The number on the invoice's face, for an invoice's entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// The invoice it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_uuid: Option<InvoiceUuid>,
}

impl HistoryEntry {
    /// A digest of all it says. DigitalOcean gives entries no id, so that this, after the date, tells them apart;
    /// `repetition` counts, from 0, those that say the very same at the same second.
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
    fn an_entry_is_what_it_says() {
        let one = payment(-1234, "Payment (MC 2018)");
        assert_eq!(one.digest(0), payment(-1234, "Payment (MC 2018)").digest(0));
        assert_ne!(one.digest(0), one.digest(1));
        assert_ne!(one.digest(0), payment(-1235, "Payment (MC 2018)").digest(0));
        assert_ne!(one.digest(0), payment(-1234, "Payment (MC 2019)").digest(0));
        let invoice_id = Some("Payment".to_owned());
        assert_ne!(one.digest(0), HistoryEntry { invoice_id, ..one.clone() }.digest(0));
    }
}
