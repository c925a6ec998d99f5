//! The representation of the billing history.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::billing::HistoryEntry;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of an account's billing history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BillingHistoryEntry)]
pub struct HistoryEntryView {
    /// Account that was billed.
    #[schema(example = "main")]
    pub account: String,
    /// Time of the entry.
    pub date: DateTime<Utc>,
    /// Type of the entry as DigitalOcean names it: `Invoice`, `Payment`, `Credit` and others; the
    /// set is open.
    #[serde(rename = "type")]
    #[schema(example = "Invoice")]
    pub entry_type: String,
    /// Text of the entry.
    #[schema(example = "Invoice for April 2026")]
    pub description: String,
    /// Amount of the entry; negative for payments and credits.
    pub amount: Money,
    /// Number printed on the invoice; null unless the entry is about an invoice.
    #[schema(required, example = "106")]
    pub invoice_id: Option<String>,
    /// DigitalOcean's id of that invoice.
    #[schema(required, example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub invoice_uuid: Option<String>,
}

impl From<HistoryEntry> for HistoryEntryView {
    fn from(entry: HistoryEntry) -> Self {
        let HistoryEntry { account, date, entry_type, description, amount, invoice_id, invoice_uuid } = entry;
        Self {
            account: account.into(),
            date,
            entry_type: entry_type.0,
            description,
            amount,
            invoice_id,
            invoice_uuid: invoice_uuid.map(Into::into),
        }
    }
}
